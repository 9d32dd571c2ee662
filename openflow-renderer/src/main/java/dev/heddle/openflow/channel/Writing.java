package dev.heddle.openflow.channel;

import com.google.common.util.concurrent.ListenableFuture;
import java.util.concurrent.CompletableFuture;
import org.opendaylight.yangtools.yang.common.RpcResult;

/** Whether a message has left, as a future of the JDK. */
final class Writing {

  private Writing() {}

  /**
   * @param peer named where it fails
   */
  static CompletableFuture<Void> to(String peer, ListenableFuture<? extends RpcResult<?>> writing) {
    CompletableFuture<Void> left = new CompletableFuture<>();
    writing.addListener(
        () -> {
          try {
            if (writing.get().isSuccessful()) {
              left.complete(null);
            } else {
              left.completeExceptionally(
                  new SwitchFailure("cannot write to the switch at " + peer));
            }
          } catch (Exception e) {
            left.completeExceptionally(e);
          }
        },
        Runnable::run);
    return left;
  }
}
