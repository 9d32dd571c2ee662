package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Flows as bytes, encoded once for all switches that are sent them at about the same time: what
 * differs between switches, the number of a message, is written over a copy. Remembers a bounded
 * number of bytes and forgets what was used longest ago, by halves. Safe for use by many threads.
 *
 * <p>A flow is found by its key; another cookie or other actions take its place, so flows that
 * differ by node are encoded for each.
 */
public final class EncodedFlows {

  /** What turns a flow into bytes: {@link FlowCodec#write}, or a measurement around it. */
  public interface Encoder {
    void write(ByteBuf out, int xid, FlowChange change);
  }

  /** Where the number of a message stands. */
  private static final int XID = 4;

  /** What a remembered flow takes beside its bytes: entry, key's place, array header, holder. */
  private static final int OVERHEAD = 100;

  private static final long LEAST = 8L << 20;

  private record Encoded(long cookie, List<Action> actions, byte[] message) {

    boolean is(Flow flow) {
      return cookie == flow.cookie() && actions.equals(flow.actions());
    }
  }

  private final long half;
  private final Encoder encoder;
  private final AtomicLong used = new AtomicLong();
  private volatile Map<FlowKey, Encoded> young = new ConcurrentHashMap<>();
  private volatile Map<FlowKey, Encoded> old = Map.of();

  /**
   * @param most bytes of heap to take
   */
  public EncodedFlows(long most, Encoder encoder) {
    this.half = most / 2;
    this.encoder = encoder;
  }

  /** Takes up to a 32nd of the heap, 8 MiB at least: about 120,000 flows of 4 GiB. */
  public static EncodedFlows inPartOfTheHeap() {
    return new EncodedFlows(
        Math.max(LEAST, Runtime.getRuntime().maxMemory() / 32), FlowCodec::write);
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
        encode(out, xid, put);
        return;
      }
      encoded = older;
      remember(flow.key(), encoded);
    }
    int start = out.writerIndex();
    out.writeBytes(encoded.message).setInt(start + XID, xid);
  }

  private void encode(ByteBuf out, int xid, FlowChange.Put put) {
    int start = out.writerIndex();
    encoder.write(out, xid, put);
    byte[] message = new byte[out.writerIndex() - start];
    out.getBytes(start, message);
    Flow flow = put.flow();
    remember(flow.key(), new Encoded(flow.cookie(), flow.actions(), message));
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
