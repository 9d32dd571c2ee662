package dev.heddle.openflow.channel;

import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.channel.SwitchConnection.Numbered;
import dev.heddle.openflow.codec.FlowCodec;
import dev.heddle.openflow.codec.GroupCodec;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.MalformedMessage;
import dev.heddle.openflow.codec.MeterCodec;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.codec.PortCodec;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** What a switch has, gathered from the parts in which it says so. */
record Dumps(Dialogue dialogue, Duration patience, Budget room) {

  /** A dump of more than this is taken for an attack on memory. */
  private static final int MOST = 1_000_000;

  /** What is read from a byte of a dump takes so many. */
  private static final int GROWTH = 5;

  CompletableFuture<List<Installed>> flows(long cookie, long cookieMask) {
    List<Installed> all = new ArrayList<>(); // touched by the channel's thread only
    AtomicLong taken = new AtomicLong();
    CompletableFuture<List<Installed>> answer =
        dialogue.ask(
            patience.multipliedBy(6),
            (out, xid) -> FlowCodec.writeDumpRequest(out, xid, cookie, cookieMask),
            m -> {
              long bytes = (long) GROWTH * m.length;
              if (!room.take(bytes)) {
                throw new MalformedMessage(
                    "its dump and those of others take more memory than there is for them");
              }
              taken.addAndGet(bytes);
              FlowCodec.Page page = FlowCodec.readPage(m);
              gather(all, page.flows());
              return page.more() ? Optional.empty() : Optional.of(all);
            });
    return answer.whenComplete((ok, failure) -> room.giveBack(taken.get()));
  }

  CompletableFuture<Numbered<Group>> groups() {
    Numbered<Group> all = new Numbered<>(new ArrayList<>(), new ArrayList<>());
    return dialogue.ask(
        patience.multipliedBy(6),
        GroupCodec::writeDumpRequest,
        m -> {
          GroupCodec.Page page = GroupCodec.readPage(m);
          gather(all.known(), page.groups());
          gather(all.foreign(), page.foreign());
          return page.more() ? Optional.empty() : Optional.of(all);
        });
  }

  CompletableFuture<Numbered<Meter>> meters() {
    Numbered<Meter> all = new Numbered<>(new ArrayList<>(), new ArrayList<>());
    return dialogue.ask(
        patience.multipliedBy(6),
        MeterCodec::writeDumpRequest,
        m -> {
          MeterCodec.Page page = MeterCodec.readPage(m);
          gather(all.known(), page.meters());
          gather(all.foreign(), page.foreign());
          return page.more() ? Optional.empty() : Optional.of(all);
        });
  }

  CompletableFuture<List<PhysicalPort>> ports() {
    List<PhysicalPort> all = new ArrayList<>();
    return dialogue.ask(
        patience.multipliedBy(6),
        PortCodec::writeRequest,
        m -> {
          PortCodec.Page page = PortCodec.readPage(m);
          gather(all, page.ports());
          return page.more() ? Optional.empty() : Optional.of(all);
        });
  }

  private static <T> void gather(List<T> all, List<T> page) {
    all.addAll(page);
    if (all.size() > MOST) {
      throw new MalformedMessage("a dump of more than " + MOST);
    }
  }
}
