package dev.heddle.openflow.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between switch and controller and cuts the wire where it is told to. */
final class CuttingProxy implements AutoCloseable {

  private final ServerSocket door;
  private final int controller;
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong passed = new AtomicLong();
  private volatile boolean torn;
  private volatile CountDownLatch cut = new CountDownLatch(1);

  CuttingProxy(int controller) throws IOException {
    this.controller = controller;
    door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** The wire is cut once so many bytes more have gone to the switch, and stays so. */
  void cutAfter(long bytes) {
    cut = new CountDownLatch(1);
    left.set(bytes);
  }

  void awaitCut() throws InterruptedException {
    if (!cut.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError(left + " bytes more were to pass");
    }
  }

  /** How many bytes have gone to the switch. */
  long passed() {
    return passed.get();
  }

  /** Connections are let through again. */
  void mend() {
    left.set(Long.MAX_VALUE);
    torn = false;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket theSwitch = door.accept();
        if (torn) {
          theSwitch.close();
          continue;
        }
        Socket theController = new Socket(InetAddress.getLoopbackAddress(), controller);
        start(() -> pass(theSwitch, theController, false));
        start(() -> pass(theController, theSwitch, true));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void pass(Socket from, Socket to, boolean counted) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[4_096];
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        int pass = counted ? (int) Math.max(0, Math.min(n, left.getAndAdd(-n))) : n;
        if (pass > 0) {
          passed.addAndGet(counted ? pass : 0);
          out.write(bytes, 0, pass);
        }
        if (counted && left.get() <= 0) {
          torn = true;
          break;
        }
      }
    } catch (IOException gone) {
      // one end has left: so has the other now
    } finally {
      if (counted) {
        cut.countDown();
      }
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
