package io.lofn.spark.executor;

import io.lofn.api.LofnException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds method references that executors receive as different ones. For equal method references to
 * one interface in one class, javac generates only one, with the types of the first (JDK-8208752):
 * the others fail there with a ClassCastException that names neither.
 */
final class SentFunctions {

  private SentFunctions() {}

  /**
   * Checks what is to be sent. If it cannot be sent at all, Spark reports why.
   *
   * @throws LofnException if a function in it would change its types
   */
  static void check(Serializable sent) {
    List<String> functions = new ArrayList<>();
    List<String> arrived = new ArrayList<>();
    try {
      byte[] bytes = written(sent, functions);
      if (functions.isEmpty()) {
        return;
      }
      try (ObjectInputStream in = new Received(new ByteArrayInputStream(bytes))) {
        byte[] unused = written(in.readObject(), arrived);
      }
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      return; // Spark reports it, or the executor can do what the driver cannot.
    }
    for (int i = 0; i < functions.size() && functions.size() == arrived.size(); i++) {
      if (!functions.get(i).equals(arrived.get(i))) {
        throw new LofnException(
            "Executors would receive the method reference %s as %s, because its class also uses the same method reference for other types; write a lambda instead, as in (a, b) -> new Tuple2<>(a, b)"
                .formatted(functions.get(i), arrived.get(i)));
      }
    }
  }

  private static byte[] written(Object object, List<String> functions) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new Noted(bytes, functions)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  private static final class Noted extends ObjectOutputStream {

    private final List<String> functions;

    Noted(ByteArrayOutputStream out, List<String> functions) throws IOException {
      super(out);
      this.functions = functions;
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object object) {
      if (object instanceof SerializedLambda function) {
        functions.add(
            "%s::%s of type %s in %s"
                .formatted(
                    function.getImplClass(),
                    function.getImplMethodName(),
                    function.getInstantiatedMethodType(),
                    function.getCapturingClass()));
      }
      return object;
    }
  }

  /** Resolves classes as tasks do. */
  private static final class Received extends ObjectInputStream {

    Received(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type)
        throws IOException, ClassNotFoundException {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      try {
        return Class.forName(type.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(type);
      }
    }
  }
}
