package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.TlvCodec;
import dev.heddle.openflow.codec.TlvMapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The Geneve options that a switch knows; others may have put theirs there. */
record TlvTable(Dialogue dialogue, Duration patience, String peer) {

  /** See {@link SwitchConnection#ensureTlvMap}. */
  CompletableFuture<Void> ensure(TlvMapping wanted) {
    return read()
        .thenCompose(
            before -> {
              if (before.contains(wanted)) {
                return CompletableFuture.completedFuture(null);
              }
              refuseConflict(wanted, before);
              // A refusal has no asker and is logged; whether the table is right decides.
              dialogue.tell((out, xid) -> TlvCodec.writeAdd(out, xid, wanted));
              return read().thenAccept(after -> require(wanted, after));
            });
  }

  private CompletableFuture<List<TlvMapping>> read() {
    return dialogue.ask(patience, TlvCodec::writeRequest, m -> Optional.of(TlvCodec.readReply(m)));
  }

  private void refuseConflict(TlvMapping wanted, List<TlvMapping> table) {
    for (TlvMapping m : table) {
      boolean sameOption = m.optionClass() == wanted.optionClass() && m.type() == wanted.type();
      if (sameOption || m.index() == wanted.index()) {
        throw new SwitchFailure(
            "the switch at "
                + peer
                + " has the Geneve option map "
                + m
                + ", in the way of "
                + wanted
                + "; remove it with ovs-ofctl del-tlv-map if nobody else uses it");
      }
    }
  }

  private void require(TlvMapping wanted, List<TlvMapping> table) {
    if (!table.contains(wanted)) {
      throw new SwitchFailure(
          "the switch at " + peer + " did not take the Geneve option map " + wanted);
    }
  }
}
