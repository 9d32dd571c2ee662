package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Group;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Groups to group-mods, and group descriptions to groups (OpenFlow 1.3.5, 7.3.4.2 and 7.3.5.7). */
public final class GroupCodec {

  /** An Open vSwitch extension: adds the group or replaces its buckets. */
  private static final int ADD_OR_MODIFY = 0x8000;

  private static final int DELETE = 2;
  private static final int GROUP_DESCRIPTION = 7;
  private static final int MORE = 1;
  private static final int ANY = 0xffffffff;
  private static final int BUCKET_BEFORE_ACTIONS = 16;

  private static final List<Group.Type> TYPES =
      List.of(Group.Type.ALL, Group.Type.SELECT, Group.Type.INDIRECT, Group.Type.FAST_FAILOVER);

  private GroupCodec() {}

  /**
   * One part of the answer to {@link #writeDumpRequest}.
   *
   * @param foreign numbers of groups that hold something outside our values
   */
  public record Page(List<Group> groups, List<Long> foreign, boolean more) {}

  /**
   * Writes the group-mod that adds the group or replaces the one with its number.
   *
   * @throws IllegalArgumentException if it is too long for a message; nothing is written then
   */
  public static void writePut(ByteBuf out, int xid, Group group) {
    int start = OpenFlow.begin(out, OpenFlow.GROUP_MOD, xid);
    out.writeShort(ADD_OR_MODIFY).writeByte(TYPES.indexOf(group.type())).writeByte(0);
    out.writeInt((int) group.id());
    for (Group.Bucket b : group.buckets()) {
      int bucket = out.writerIndex();
      out.writeShort(0).writeShort(b.weight());
      out.writeInt(b.watchPort() == 0 ? ANY : b.watchPort()).writeInt(ANY).writeInt(0);
      new ActionWriter(out).all(b.actions());
      out.setShort(bucket, out.writerIndex() - bucket);
    }
    OpenFlow.end(out, start);
  }

  /** Writes the group-mod that removes a group; flows that use it go with it. */
  public static void writeRemove(ByteBuf out, int xid, long id) {
    int start = OpenFlow.begin(out, OpenFlow.GROUP_MOD, xid);
    out.writeShort(DELETE).writeShort(0).writeInt((int) id);
    OpenFlow.end(out, start);
  }

  /** Writes the request for all groups. */
  public static void writeDumpRequest(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(GROUP_DESCRIPTION).writeShort(0).writeInt(0);
    OpenFlow.end(out, start);
  }

  /**
   * Reads one multipart reply, header included.
   *
   * @throws MalformedMessage if it is not one with group descriptions
   */
  public static Page readPage(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER);
    int kind = in.u16();
    boolean more = (in.u16() & MORE) != 0;
    if (kind != GROUP_DESCRIPTION) {
      throw new MalformedMessage("group descriptions were asked for, part " + kind + " came");
    }
    in.skip(4);
    List<Group> groups = new ArrayList<>();
    List<Long> foreign = new ArrayList<>();
    while (in.remaining() > 0) {
      ByteReader group = in.part(length(in.u16(), 8) - 2);
      int type = group.u8();
      group.skip(1);
      long id = group.u32();
      readGroup(group, type, id).ifPresentOrElse(groups::add, () -> foreign.add(id));
    }
    return new Page(groups, foreign, more);
  }

  private static int length(int said, int least) {
    if (said < least) {
      throw new MalformedMessage("a group or bucket says it has " + said + " bytes");
    }
    return said;
  }

  private static Optional<Group> readGroup(ByteReader in, int type, long id) {
    List<Group.Bucket> buckets = new ArrayList<>();
    while (in.remaining() > 0) {
      ByteReader bucket = in.part(length(in.u16(), BUCKET_BEFORE_ACTIONS) - 2);
      int weight = bucket.u16();
      int port = bucket.i32();
      boolean watchesGroup = bucket.i32() != ANY;
      bucket.skip(4);
      Optional<List<Action>> actions = ActionReader.all(bucket);
      Optional<Group.Bucket> read =
          watchesGroup
              ? Optional.empty()
              : actions.flatMap(
                  a ->
                      ActionReader.valid(
                          () -> new Group.Bucket(weight, port == ANY ? 0 : port, a)));
      if (read.isEmpty()) {
        return Optional.empty();
      }
      buckets.add(read.get());
    }
    return type >= TYPES.size()
        ? Optional.empty()
        : ActionReader.valid(() -> new Group(id, TYPES.get(type), buckets));
  }
}
