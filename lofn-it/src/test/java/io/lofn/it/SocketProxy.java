package io.lofn.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between lofn and the Unix socket of an engine, and now and then does harm. */
final class SocketProxy implements AutoCloseable {

  /** What happens to one piece of what passes. */
  enum Harm {
    /** It comes up to a second later. */
    DELAY,
    /**
     * It does not come, and the connection is closed. Not for a stream: the raw streams of engines
     * have no mark at their end, so one that is cut between two frames looks whole to everybody.
     */
    DROP,
    /** An answer, or a stream, comes but for the last byte of a piece, and then its orderly end. */
    TRUNCATE
  }

  /** How an answer begins after which a connection is a stream. */
  private static final String UPGRADED = "HTTP/1.1 101 ";

  /** One piece in so many is harmed. */
  private static final int RARITY = 25;

  private final Path socket;
  private final Path engine;
  private final Harm harm;
  private final Random random = new Random(4);
  private final AtomicInteger hits = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final ServerSocketChannel server;

  SocketProxy(Path socket, Path engine, Harm harm) throws IOException {
    this.socket = socket;
    this.engine = engine;
    this.harm = harm;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    threads.execute(this::serve);
  }

  /** How often it did harm. */
  int hits() {
    return hits.get();
  }

  private void serve() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        SocketChannel there = SocketChannel.open(UnixDomainSocketAddress.of(engine));
        open.add(client);
        open.add(there);
        AtomicBoolean stream = new AtomicBoolean();
        threads.execute(() -> pass(client, there, false, stream));
        threads.execute(() -> pass(there, client, true, stream));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void pass(SocketChannel from, SocketChannel to, boolean answer, AtomicBoolean stream) {
    ByteBuffer piece = ByteBuffer.allocate(8_192);
    try {
      while (from.read(piece.clear()) >= 0) {
        piece.flip();
        if (answer && US_ASCII.decode(piece.duplicate()).toString().startsWith(UPGRADED)) {
          stream.set(true);
        }
        if (isHit(answer, stream.get()) && !survives(piece, to)) {
          close(from);
          close(to);
          return;
        }
        writeAll(piece, to);
      }
      to.shutdownOutput();
    } catch (IOException | InterruptedException e) {
      close(from);
      close(to);
    }
  }

  private synchronized boolean isHit(boolean answer, boolean stream) {
    boolean spared = (harm == Harm.TRUNCATE && !answer) || (harm == Harm.DROP && stream);
    if (spared || random.nextInt(RARITY) != 0) {
      return false;
    }
    hits.incrementAndGet();
    return true;
  }

  private boolean survives(ByteBuffer piece, SocketChannel to)
      throws IOException, InterruptedException {
    if (harm == Harm.DELAY) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
      return true;
    }
    if (harm == Harm.TRUNCATE) {
      writeAll(piece.limit(piece.limit() - 1), to);
    }
    return false;
  }

  private static void writeAll(ByteBuffer piece, SocketChannel to) throws IOException {
    while (piece.hasRemaining()) {
      to.write(piece);
    }
  }

  private void close(SocketChannel channel) {
    open.remove(channel);
    try {
      channel.close();
    } catch (IOException e) {
      // It is no more either way.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(this::close);
    threads.shutdownNow();
    Files.deleteIfExists(socket);
  }
}
