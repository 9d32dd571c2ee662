package dev.heddle.fleet;

import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Writes a byte now and then to sockets, on a thread of its own, as long as they take it. */
final class Drips implements AutoCloseable {

  private static final long EVERY_MILLIS = 20;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Map<Socket, byte[]> drips = new ConcurrentHashMap<>();
  private int turn;

  Drips() {
    clock.scheduleWithFixedDelay(
        () -> {
          turn++;
          drips.forEach(this::one);
        },
        0,
        EVERY_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** From now on these bytes, over and over; nothing if there are none. */
  void drip(Socket socket, byte[] bytes) {
    if (bytes.length > 0) {
      drips.put(socket, bytes);
    }
  }

  private void one(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes[turn % bytes.length]);
    } catch (IOException e) {
      drips.remove(socket); // one of both ends has closed it
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
