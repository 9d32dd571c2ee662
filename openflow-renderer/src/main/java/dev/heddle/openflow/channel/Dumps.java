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
import java.util.function.Predicate;

/** What a switch has, gathered from the parts in which it says so. */
record Dumps(Dialogue dialogue, Duration patience, Budget room) {

  /** A dump of more than this is taken for an attack on memory. */
  private static final int MOST = 1_000_000;

  /** What is read from a byte of a dump takes so many. */
  private static final int GROWTH = 5;

  /**
   * A part with nothing in it is allowed in a long answer; who sends many never comes to an end.
   */
  static final int MOST_EMPTY = 64;

  /** A part of an answer up to here says nothing. */
  private static final int EMPTY = 16;

  CompletableFuture<List<Installed>> flows(long cookie, long cookieMask) {
    List<Installed> all = new ArrayList<>(); // touched by the channel's thread only
    return gather(
        all,
        (out, xid) -> FlowCodec.writeDumpRequest(out, xid, cookie, cookieMask),
        m -> {
          FlowCodec.Page page = FlowCodec.readPage(m);
          add(all, page.flows());
          return page.more();
        });
  }

  CompletableFuture<Numbered<Group>> groups() {
    Numbered<Group> all = new Numbered<>(new ArrayList<>(), new ArrayList<>());
    return gather(
        all,
        GroupCodec::writeDumpRequest,
        m -> {
          GroupCodec.Page page = GroupCodec.readPage(m);
          add(all.known(), page.groups());
          add(all.foreign(), page.foreign());
          return page.more();
        });
  }

  CompletableFuture<Numbered<Meter>> meters() {
    Numbered<Meter> all = new Numbered<>(new ArrayList<>(), new ArrayList<>());
    return gather(
        all,
        MeterCodec::writeDumpRequest,
        m -> {
          MeterCodec.Page page = MeterCodec.readPage(m);
          add(all.known(), page.meters());
          add(all.foreign(), page.foreign());
          return page.more();
        });
  }

  CompletableFuture<List<PhysicalPort>> ports() {
    List<PhysicalPort> all = new ArrayList<>();
    return gather(
        all,
        PortCodec::writeRequest,
        m -> {
          PortCodec.Page page = PortCodec.readPage(m);
          add(all, page.ports());
          return page.more();
        });
  }

  /**
   * Asks, and counts what is read of the answer until all of it is there.
   *
   * @param read puts one part to the others; true if more follow
   */
  private <T> CompletableFuture<T> gather(
      T all, Dialogue.Question question, Predicate<byte[]> read) {
    Weight weight = new Weight(room);
    CompletableFuture<T> answer =
        dialogue.ask(
            patience.multipliedBy(6),
            question,
            m -> {
              weight.add(m.length);
              return read.test(m) ? Optional.empty() : Optional.of(all);
            });
    return answer.whenComplete((ok, failure) -> weight.end());
  }

  private static <T> void add(List<T> all, List<T> page) {
    all.addAll(page);
    if (all.size() > MOST) {
      throw new MalformedMessage("a dump of more than " + MOST);
    }
  }

  /** What one dump takes of the memory for all; its end may come from another thread. */
  private static final class Weight {
    private final Budget room;
    private long taken;
    private int empty;
    private boolean ended;

    Weight(Budget room) {
      this.room = room;
    }

    synchronized void add(int length) {
      long bytes = (long) GROWTH * length;
      if (length <= EMPTY && ++empty > MOST_EMPTY) {
        throw new MalformedMessage("a dump of which ever more is to follow");
      }
      // One may not take what all others need: half is left to them.
      if (ended || taken + bytes > room.most() / 2 || !room.take(bytes)) {
        throw new MalformedMessage(
            "its dump and those of others take more memory than there is for them");
      }
      taken += bytes;
    }

    synchronized void end() {
      ended = true;
      room.giveBack(taken);
      taken = 0;
    }
  }
}
