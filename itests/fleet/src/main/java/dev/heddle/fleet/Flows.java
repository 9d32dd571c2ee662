package dev.heddle.fleet;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The flow table of one simulated switch, as the bytes of the flow-mods that made it. It reads no
 * more of them than says where a flow is: table, priority and match. Equal bytes are held once for
 * all nodes.
 */
final class Flows {

  private static final Interner<ByteBuffer> SHARED = Interners.newWeakInterner();

  private static final int COOKIE = 8;
  private static final int TABLE = 24;
  private static final int COMMAND = 25;
  private static final int PRIORITY = 30;
  private static final int MATCH = 48;
  private static final int ADD = 0;
  private static final int DELETE_STRICT = 4;

  /** By table, priority and match: cookie and instructions. */
  private final Map<ByteBuffer, ByteBuffer> flows = new HashMap<>();

  /**
   * How many flows, and a sum over them that two tables have in common only if they hold the same.
   */
  record Digest(int flows, long sum) {}

  /** Does one OFPT_FLOW_MOD, header included; commands other than ADD and DELETE_STRICT fail. */
  void apply(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    int end = MATCH + (in.getShort(MATCH + 2) + 7 & ~7);
    byte[] place = new byte[3 + end - MATCH];
    place[0] = message[TABLE];
    System.arraycopy(message, PRIORITY, place, 1, 2);
    System.arraycopy(message, MATCH, place, 3, end - MATCH);
    switch (message[COMMAND]) {
      case ADD -> {
        byte[] does = new byte[8 + message.length - end];
        System.arraycopy(message, COOKIE, does, 0, 8);
        System.arraycopy(message, end, does, 8, message.length - end);
        flows.put(SHARED.intern(ByteBuffer.wrap(place)), SHARED.intern(ByteBuffer.wrap(does)));
      }
      case DELETE_STRICT -> flows.remove(ByteBuffer.wrap(place));
      default -> throw new IllegalArgumentException("flow-mod command " + message[COMMAND]);
    }
  }

  /** Told of each flow whose cookie has these bits. */
  interface Reader {
    void flow(int table, int priority, long cookie, ByteBuffer match, ByteBuffer instructions);
  }

  void read(long cookie, long mask, Reader reader) {
    flows.forEach(
        (place, does) -> {
          long own = does.getLong(0);
          if ((own & mask) == cookie) {
            reader.flow(
                place.get(0) & 0xff,
                place.getShort(1) & 0xffff,
                own,
                place.slice(3, place.capacity() - 3),
                does.slice(8, does.capacity() - 8));
          }
        });
  }

  int size() {
    return flows.size();
  }

  void clear() {
    flows.clear();
  }

  Digest digest() {
    long sum = 0;
    for (Map.Entry<ByteBuffer, ByteBuffer> e : flows.entrySet()) {
      sum += mix(hash(hash(1, e.getKey().array()), e.getValue().array()));
    }
    return new Digest(flows.size(), sum);
  }

  private static long hash(long seed, byte[] bytes) {
    long h = seed + bytes.length;
    for (byte b : bytes) {
      h = (h ^ b) * 0x9e37_79b9_7f4a_7c15L;
      h ^= h >>> 29;
    }
    return h;
  }

  private static long mix(long h) {
    return (h ^ h >>> 31) * 0xbf58_476d_1ce4_e5b9L;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    flows.forEach(
        (k, v) ->
            text.append(Arrays.toString(k.array()))
                .append(" -> ")
                .append(Arrays.toString(v.array()))
                .append('\n'));
    return text.toString();
  }
}
