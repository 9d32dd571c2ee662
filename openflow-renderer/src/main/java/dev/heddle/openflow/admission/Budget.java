package dev.heddle.openflow.admission;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that many peers share, whoever comes first. Safe to call from any thread. */
public final class Budget {

  private final long most;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param most in bytes, estimated
   */
  public Budget(long most) {
    this.most = most;
  }

  /** One in {@code parts} of the heap. */
  public static Budget ofHeap(int parts) {
    return new Budget(Runtime.getRuntime().maxMemory() / parts);
  }

  /** False if there is no room for so much more; then nothing is taken. */
  public boolean take(long bytes) {
    if (taken.addAndGet(bytes) <= most) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  /** All there is, in bytes. */
  public long most() {
    return most;
  }

  public void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** In use now. */
  public long taken() {
    return taken.get();
  }
}
