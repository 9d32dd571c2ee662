package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Flows as bytes, encoded once for all switches that are sent them at about the same time: what
 * differs between switches, the number of a message, is written over a copy. Remembers a bounded
 * number of bytes and forgets what was used longest ago, by halves. Safe for use by many threads.
 *
 * <p>A flow is found by its key; another cookie or other actions take its place, so flows that
 * differ by node are encoded for each.
 */
public final class EncodedFlows {

  /** Around each stretch of encoding, which must be run once: the place for a measurement. */
  public interface Around {
    void encoding(Runnable stretch);
  }

  /** Where the number of a message stands. */
  private static final int XID = 4;

  /** What a remembered flow takes beside its bytes: entry, key's place, array header, holder. */
  private static final int OVERHEAD = 100;

  private static final long LEAST = 8L << 20;

  /**
   * Flows encoded in one go: about a millisecond of work. On processors that are shared, code and
   * tables of the codec are cold whenever a thread comes back to them; a long run pays that once.
   */
  private static final int RUN = 1_024; // a multiple of what a connection writes in one go

  /** A run is encoded only where it cannot push itself out: at most 1 KiB a flow. */
  private static final long ROOM_FOR_RUNS = RUN * 1024L;

  private static final int STRIPES = 16;

  private record Encoded(long cookie, List<Action> actions, byte[] message) {

    boolean is(Flow flow) {
      return cookie == flow.cookie() && actions.equals(flow.actions());
    }
  }

  private final long half;
  private final Around around;
  private final LongAdder encodings = new LongAdder();
  private final Object[] stripes = Stream.generate(Object::new).limit(STRIPES).toArray();
  private final AtomicLong used = new AtomicLong();
  private volatile Map<FlowKey, Encoded> young = new ConcurrentHashMap<>();
  private volatile Map<FlowKey, Encoded> old = Map.of();

  /**
   * @param most bytes of heap to take
   */
  public EncodedFlows(long most, Around around) {
    this.half = most / 2;
    this.around = around;
  }

  /** Takes up to a 32nd of the heap, 8 MiB at least: about 120,000 flows of 4 GiB. */
  public static EncodedFlows inPartOfTheHeap() {
    return new EncodedFlows(Math.max(LEAST, Runtime.getRuntime().maxMemory() / 32), Runnable::run);
  }

  /** How many flows were encoded so far. */
  public long encodings() {
    return encodings.sum();
  }

  /**
   * Writes the flow-mod that adds the flow or replaces the one with its key.
   *
   * @throws IllegalArgumentException if OpenFlow 1.3 cannot say it; nothing is written then
   */
  public void write(ByteBuf out, int xid, FlowChange.Put put) {
    Flow flow = put.flow();
    Encoded encoded = young.get(flow.key());
    if (encoded == null || !encoded.is(flow)) {
      Encoded older = old.get(flow.key());
      if (older == null || !older.is(flow)) {
        around.encoding(() -> remember(flow.key(), encode(out, xid, put)));
        return;
      }
      encoded = older;
      remember(flow.key(), encoded);
    }
    int start = out.writerIndex();
    out.writeBytes(encoded.message).setInt(start + XID, xid);
  }

  /**
   * Encodes the flows that are added from {@code from} on, a thousand at most, if the first of them
   * is not known, so that {@link #write} finds them. Of several threads that ask for the same run
   * one encodes it and the others wait. What OpenFlow 1.3 cannot say is left for {@code write} to
   * refuse.
   */
  public void ahead(List<? extends Change> changes, int from) {
    if (half < ROOM_FOR_RUNS
        || !(changes.get(from) instanceof FlowChange.Put first)
        || known(first.flow())) {
      return;
    }
    synchronized (stripes[Math.floorMod(first.flow().key().hashCode(), STRIPES)]) {
      if (known(first.flow())) {
        return;
      }
      List<? extends Change> run = changes.subList(from, Math.min(from + RUN, changes.size()));
      around.encoding(() -> encodeAhead(run));
    }
  }

  /**
   * What was encoded is let be seen from its end on: who finds the first of a run finds the rest.
   */
  private void encodeAhead(List<? extends Change> run) {
    ByteBuf message = Unpooled.buffer(1024);
    List<Flow> flows = new ArrayList<>(run.size());
    List<Encoded> encoded = new ArrayList<>(run.size());
    for (Change change : run) {
      if (change instanceof FlowChange.Put put && !known(put.flow())) {
        try {
          encoded.add(encode(message.clear(), 0, put));
          flows.add(put.flow());
        } catch (IllegalArgumentException unsayable) {
          // said again, to the one who can tell the owner, when it is to be written
        }
      }
    }
    for (int i = flows.size() - 1; i >= 0; i--) {
      remember(flows.get(i).key(), encoded.get(i));
    }
  }

  private boolean known(Flow flow) {
    Encoded encoded = young.get(flow.key());
    return encoded != null && encoded.is(flow);
  }

  private Encoded encode(ByteBuf out, int xid, FlowChange.Put put) {
    int start = out.writerIndex();
    FlowCodec.write(out, xid, put);
    encodings.increment();
    byte[] message = new byte[out.writerIndex() - start];
    out.getBytes(start, message);
    return new Encoded(put.flow().cookie(), put.flow().actions(), message);
  }

  private void remember(FlowKey key, Encoded encoded) {
    young.put(key, encoded);
    if (used.addAndGet(encoded.message.length + OVERHEAD) > half) {
      turn();
    }
  }

  private synchronized void turn() {
    if (used.get() > half) {
      old = young;
      young = new ConcurrentHashMap<>();
      used.set(0);
    }
  }
}
