package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Flow changes to flow-mods, and flow statistics to flows (OpenFlow 1.3.5, 7.3.4.1 and 7.3.5.2).
 */
public final class FlowCodec {

  private static final int ADD = 0;
  private static final int DELETE_STRICT = 4;
  private static final int ANY = 0xffffffff;
  private static final int ALL_TABLES = 255;
  private static final int FLOW_STATISTICS = 1;
  private static final int MORE = 1;
  private static final int ENTRY_BEFORE_MATCH = 48;

  private FlowCodec() {}

  /** One part of the answer to {@link #writeDumpRequest}. */
  public record Page(List<Installed> flows, boolean more) {}

  /**
   * Writes one flow-mod.
   *
   * @throws IllegalArgumentException if OpenFlow 1.3 cannot say it; nothing is written then
   */
  public static void write(ByteBuf out, int xid, FlowChange change) {
    int start = OpenFlow.begin(out, OpenFlow.FLOW_MOD, xid);
    try {
      if (change instanceof FlowChange.Put put) {
        Flow flow = put.flow();
        FlowKey key = flow.key();
        writeFixed(out, flow.cookie(), 0, key.table(), ADD, key.priority());
        MatchCodec.write(out, key.match());
        ActionCodec.writeInstructions(out, flow.actions());
      } else if (change instanceof FlowChange.Remove remove) {
        FlowKey key = remove.key();
        writeFixed(out, 0, 0, key.table(), DELETE_STRICT, key.priority());
        MatchCodec.write(out, key.match());
      } else if (change instanceof FlowChange.RemoveForeign remove) {
        Installed.Foreign flow = remove.flow();
        writeFixed(out, flow.cookie(), -1L, flow.table(), DELETE_STRICT, flow.priority());
        MatchCodec.writeRaw(out, HexFormat.of().parseHex(flow.matchFields()));
      }
      OpenFlow.end(out, start);
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  private static void writeFixed(
      ByteBuf out, long cookie, long cookieMask, int table, int command, int priority) {
    out.writeLong(cookie).writeLong(cookieMask);
    out.writeByte(table).writeByte(command);
    out.writeShort(0).writeShort(0); // no timeouts: what we install stays
    out.writeShort(priority).writeInt(ANY).writeInt(ANY).writeInt(ANY);
    out.writeShort(0).writeShort(0); // no flags: an ADD keeps the counters of what it replaces
  }

  /**
   * Writes the request for the flows of all tables whose cookies are {@code cookie} in the bits of
   * {@code cookieMask}; all flows if that is 0.
   */
  public static void writeDumpRequest(ByteBuf out, int xid, long cookie, long cookieMask) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(FLOW_STATISTICS).writeShort(0).writeInt(0);
    out.writeByte(ALL_TABLES).writeZero(3).writeInt(ANY).writeInt(ANY).writeInt(0);
    out.writeLong(cookie).writeLong(cookieMask);
    MatchCodec.write(out, Match.ALL);
    OpenFlow.end(out, start);
  }

  /**
   * Reads one multipart reply, header included.
   *
   * @throws MalformedMessage if it is not one with flow statistics
   */
  public static Page readPage(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER);
    int kind = in.u16();
    boolean more = (in.u16() & MORE) != 0;
    if (kind != FLOW_STATISTICS) {
      throw new MalformedMessage("flow statistics were asked for, part " + kind + " came");
    }
    in.skip(4);
    List<Installed> flows = new ArrayList<>();
    while (in.remaining() > 0) {
      int length = in.u16();
      if (length < ENTRY_BEFORE_MATCH + 8) {
        throw new MalformedMessage("a flow says it has " + length + " bytes");
      }
      flows.add(readFlow(in.part(length - 2)));
    }
    return new Page(flows, more);
  }

  private static Installed readFlow(ByteReader in) {
    int table = in.u8();
    in.skip(1 + 8); // how long it has been there
    int priority = in.u16();
    int idleTimeout = in.u16();
    int hardTimeout = in.u16();
    boolean stays = idleTimeout == 0 && hardTimeout == 0;
    boolean flagged = in.u16() != 0;
    in.skip(4);
    final long cookie = in.u64();
    in.skip(16); // counters
    Installed.Foreign unread = readMatch(table, priority, cookie, in);
    return stays && !flagged ? readActions(unread, in) : unread;
  }

  /** Reads ofp_match, and what is said about the flow so far as one whose actions are not known. */
  static Installed.Foreign readMatch(int table, int priority, long cookie, ByteReader in) {
    int matchType = in.u16();
    int matchLength = in.u16();
    if (matchType != 1 || matchLength < 4) {
      throw new MalformedMessage("a match has type " + matchType + ", length " + matchLength);
    }
    ByteReader fields = in.part(matchLength - 4);
    in.skip(-matchLength & 7);
    String raw = fields.hex();
    Optional<FlowKey> key = MatchCodec.read(fields).flatMap(m -> key(table, priority, m));
    return new Installed.Foreign(table, priority, cookie, key, raw);
  }

  /** Reads the instructions of {@code flow} up to the end of {@code in}. */
  static Installed readActions(Installed.Foreign flow, ByteReader in) {
    Optional<List<Action>> actions = ActionCodec.readInstructions(in);
    return flow.key()
        .flatMap(k -> actions.flatMap(a -> flow(k, flow.cookie(), a)))
        .<Installed>map(Installed.Known::new)
        .orElse(flow);
  }

  private static Optional<FlowKey> key(int table, int priority, Match match) {
    return table > 253 ? Optional.empty() : Optional.of(new FlowKey(table, priority, match));
  }

  private static Optional<Flow> flow(FlowKey key, long cookie, List<Action> actions) {
    try {
      return Optional.of(new Flow(key, cookie, actions));
    } catch (IllegalArgumentException backward) {
      return Optional.empty();
    }
  }
}
