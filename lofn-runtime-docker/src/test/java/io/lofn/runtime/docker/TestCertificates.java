package io.lofn.runtime.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Key pairs, made by keytool: a server's for 127.0.0.1 and a client's, each signed by itself. */
final class TestCertificates {

  private static final String PASSWORD = "password";

  private final Path directory;
  private final KeyStore server;
  private final KeyStore client;

  TestCertificates(Path directory) throws Exception {
    this.directory = directory;
    server = generate("server", "san=ip:127.0.0.1");
    client = generate("client", "eku=clientAuth");
  }

  private KeyStore generate(String name, String extension) throws Exception {
    Path store = directory.resolve(name + ".p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048", "-ext", extension));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    Process keytool = new ProcessBuilder(command).inheritIO().start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed");
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** Returns the directory for DOCKER_CERT_PATH. */
  Path clientDirectory() throws Exception {
    Path path = Files.createDirectories(directory.resolve("client"));
    Files.writeString(path.resolve("ca.pem"), certificate(server, "server"));
    Files.writeString(path.resolve("cert.pem"), certificate(client, "client"));
    Key key = client.getKey("client", PASSWORD.toCharArray());
    Files.writeString(path.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
    return path;
  }

  /** Returns the TLS context of a server that requires the client's certificate. */
  SSLContext serverContext() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(server, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", client.getCertificate("client"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static String certificate(KeyStore keys, String name) throws Exception {
    Certificate certificate = keys.getCertificate(name);
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  private static String pem(String what, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }
}
