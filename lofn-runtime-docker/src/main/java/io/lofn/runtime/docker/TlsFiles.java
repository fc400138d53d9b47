package io.lofn.runtime.docker;

import com.github.dockerjava.core.util.CertificateUtils;
import io.lofn.api.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Reads ca.pem, cert.pem and key.pem from {@code DOCKER_CERT_PATH}. docker-java supports only TLS
 * 1.2, where the end of one direction also ends the other.
 */
final class TlsFiles {

  private static final String CA = "ca.pem";
  private static final String CERTIFICATE = "cert.pem";
  private static final String KEY = "key.pem";
  private static final char[] PASSWORD = {};

  private final Path directory;
  private final boolean identified;
  private final String advice;

  TlsFiles(Path directory) {
    this(
        directory,
        true,
        "Set DOCKER_CERT_PATH or spark.lofn.docker.cert.path to the directory of ca.pem, cert.pem"
            + " and key.pem");
  }

  private TlsFiles(Path directory, boolean identified, String advice) {
    this.directory = directory;
    this.identified = identified;
    this.advice = advice;
  }

  /** Those of a Docker context, which may leave a client's certificate away. */
  static TlsFiles ofContext(Path directory) {
    return new TlsFiles(
        directory,
        Files.exists(directory.resolve(CERTIFICATE)) || Files.exists(directory.resolve(KEY)),
        "Add it to the context with 'docker context update', or set spark.lofn.docker.host and"
            + " spark.lofn.docker.cert.path");
  }

  /**
   * Returns the TLS context for the engine.
   *
   * @throws EngineException if a file is missing or cannot be used
   */
  SSLContext context() {
    for (String name : identified ? List.of(CA, CERTIFICATE, KEY) : List.of(CA)) {
      if (!Files.isReadable(directory.resolve(name))) {
        throw new EngineException(
            "TLS is configured, but "
                + directory.resolve(name)
                + " does not exist or cannot be read. "
                + advice);
      }
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identified ? keys().getKeyManagers() : null, trust().getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new EngineException("Could not use the TLS files in " + directory + ": " + e, e);
    }
  }

  private KeyManagerFactory keys() throws GeneralSecurityException, IOException {
    PrivateKey key = CertificateUtils.loadPrivateKey(Files.readString(directory.resolve(KEY)));
    if (key == null) {
      throw new IOException(KEY + " contains no private key");
    }
    KeyStore store = empty();
    store.setKeyEntry(KEY, key, PASSWORD, certificates(CERTIFICATE).toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    return keys;
  }

  private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    for (Certificate certificate : certificates(CA)) {
      store.setCertificateEntry(CA + store.size(), certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust;
  }

  private Collection<? extends Certificate> certificates(String name)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(directory.resolve(name))) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, PASSWORD);
    return store;
  }
}
