package dev.heddle.fleet;

import dev.heddle.openflow.codec.OpenFlow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The switch of one node, on one connection to its controller: OpenFlow 1.3 with ONF bundles (EXT
 * 230), flow monitors (EXT 187) and Nicira's table of Geneve options.
 */
final class SwitchSide extends SimpleChannelInboundHandler<ByteBuf> {

  private static final int NICIRA = 0x2320;
  private static final int ONF = 0x4f4e_4600;
  private static final int BUNDLE_CONTROL = 2300;
  private static final int BUNDLE_ADD = 2301;
  private static final int BUNDLE_COMMIT = 4;
  private static final int BUNDLE_OPEN = 0;
  private static final int TLV_MOD = 24;
  private static final int TLV_REQUEST = 25;
  private static final int TLV_REPLY = 26;
  private static final int FLOW_STATISTICS = 1;
  private static final int EXPERIMENTER_STATISTICS = 0xffff;
  private static final int PAGE = 32_768;

  /** Parts of an answer that does not end: more than anybody should wait for. */
  private static final int ENDLESS = 10_000;

  private final FleetNode node;
  private final Map<Integer, List<byte[]>> bundles = new HashMap<>();
  private ChannelHandlerContext context;

  SwitchSide(FleetNode node) {
    this.node = node;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    context = active;
    ByteBuf hello = begin(OpenFlow.HELLO, 1);
    hello.writeShort(1).writeShort(8).writeInt(1 << OpenFlow.VERSION);
    send(hello);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf in) {
    node.switchBytes().add(in.readableBytes());
    if (!ctx.channel().isActive()) {
      return; // cut, and this was on its way
    }
    if (node.faults().hangs()) {
      node.leftUndone();
      return;
    }
    int type = in.getUnsignedByte(1);
    int xid = in.getInt(4);
    switch (type) {
      case OpenFlow.ECHO_REQUEST -> echo(OpenFlow.ECHO_REPLY, in);
      case OpenFlow.ROLE_REQUEST -> echo(OpenFlow.ROLE_REPLY, in);
      case OpenFlow.BARRIER_REQUEST -> send(begin(OpenFlow.BARRIER_REPLY, xid));
      case OpenFlow.FEATURES_REQUEST ->
          send(
              begin(OpenFlow.FEATURES_REPLY, xid)
                  .writeLong(node.datapathId())
                  .writeInt(0)
                  .writeByte(254)
                  .writeZero(3)
                  .writeInt(0x4f)
                  .writeInt(0));
      case OpenFlow.FLOW_MOD -> node.apply(List.of(ByteBufUtil.getBytes(in)));
      case OpenFlow.MULTIPART_REQUEST -> multipart(in, xid);
      case OpenFlow.EXPERIMENTER -> experimenter(in, xid);
      default -> {} // hello, and answers
    }
  }

  private void echo(int type, ByteBuf in) {
    send(begin(type, in.getInt(4)).writeBytes(in, 8, in.readableBytes() - 8));
  }

  private void experimenter(ByteBuf in, int xid) {
    int who = in.getInt(8);
    int what = in.getInt(12);
    if (who == NICIRA && what == TLV_MOD) {
      node.tlv(ByteBufUtil.getBytes(in, 24, 8));
    } else if (who == NICIRA && what == TLV_REQUEST) {
      ByteBuf out = begin(OpenFlow.EXPERIMENTER, xid).writeInt(NICIRA).writeInt(TLV_REPLY);
      out.writeInt(248).writeShort(64).writeZero(10);
      node.tlvs().forEach(out::writeBytes);
      send(out);
    } else if (who == ONF && what == BUNDLE_CONTROL) {
      control(in, xid);
    } else if (who == ONF && what == BUNDLE_ADD) {
      added(in, xid);
    }
  }

  private void added(ByteBuf in, int xid) {
    byte[] member = ByteBufUtil.getBytes(in, 24, in.readableBytes() - 24);
    if (node.faults().cuts() > 0) {
      node.faults(node.faults().cutOnce());
      context.close();
    } else if (node.faults().refusals() > 0) {
      node.faults(node.faults().refusedOne());
      ByteBuf error = begin(OpenFlow.ERROR, xid);
      error.writeShort(5).writeShort(1); // OFPET_FLOW_MOD_FAILED, OFPFMFC_TABLE_FULL
      send(error.writeBytes(in, 0, Math.min(64, in.readableBytes())));
    } else {
      bundles.computeIfAbsent(in.getInt(16), b -> new ArrayList<>()).add(member);
    }
  }

  private void control(ByteBuf in, int xid) {
    int bundle = in.getInt(16);
    int asks = in.getUnsignedShort(20);
    ByteBuf out = begin(OpenFlow.EXPERIMENTER, xid).writeInt(ONF).writeInt(BUNDLE_CONTROL);
    boolean lies = node.faults().lie() == Faults.Lie.OTHER_BUNDLE;
    out.writeInt(lies ? bundle + 1 : bundle)
        .writeShort(asks + 1)
        .writeShort(in.getUnsignedShort(22));
    if (asks == BUNDLE_OPEN) {
      bundles.put(bundle, new ArrayList<>());
      send(out);
    } else if (asks == BUNDLE_COMMIT) {
      long millis = node.faults().slowness().toMillis();
      Runnable commit =
          () -> {
            node.apply(bundles.remove(bundle));
            send(out);
          };
      if (millis == 0) {
        commit.run();
      } else {
        context.executor().schedule(commit, millis, TimeUnit.MILLISECONDS);
      }
    } else {
      if (asks > BUNDLE_COMMIT) {
        bundles.remove(bundle);
      }
      send(out);
    }
  }

  private void multipart(ByteBuf in, int xid) {
    int kind = in.getUnsignedShort(8);
    if (kind == FLOW_STATISTICS) {
      statistics(in.getLong(32), in.getLong(40), xid);
    } else if (kind == EXPERIMENTER_STATISTICS) {
      ByteBuf out = begin(OpenFlow.MULTIPART_REPLY, xid).writeShort(kind).writeShort(0).writeInt(0);
      send(out.writeInt(in.getInt(16)).writeInt(in.getInt(20)));
    } else {
      send(begin(OpenFlow.MULTIPART_REPLY, xid).writeShort(kind).writeShort(0).writeInt(0));
    }
  }

  private void statistics(long cookie, long mask, int xid) {
    if (node.faults().lie() == Faults.Lie.ENDLESS_DUMP) {
      for (int i = 0; i < ENDLESS; i++) {
        ByteBuf out = page(xid);
        out.setShort(10, 1); // more to come
        send(out);
      }
      return;
    }
    List<ByteBuf> pages = new ArrayList<>();
    pages.add(page(xid));
    node.flows()
        .read(
            cookie,
            mask,
            (table, priority, own, match, does) -> {
              ByteBuf out = pages.get(pages.size() - 1);
              if (out.readableBytes() > PAGE) {
                out.setShort(10, 1); // more to come
                out = page(xid);
                pages.add(out);
              }
              out.writeShort(48 + match.remaining() + does.remaining());
              out.writeByte(table).writeZero(1).writeLong(0).writeShort(priority);
              out.writeShort(0).writeShort(0).writeShort(0).writeZero(4).writeLong(own);
              out.writeLong(0).writeLong(0).writeBytes(match).writeBytes(does);
            });
    pages.forEach(this::send);
  }

  private ByteBuf page(int xid) {
    return begin(OpenFlow.MULTIPART_REPLY, xid).writeShort(FLOW_STATISTICS).writeZero(6);
  }

  private ByteBuf begin(int type, int xid) {
    return context
        .alloc()
        .buffer()
        .writeByte(OpenFlow.VERSION)
        .writeByte(type)
        .writeShort(0)
        .writeInt(xid);
  }

  private void send(ByteBuf message) {
    message.setShort(message.readerIndex() + 2, message.readableBytes());
    context.writeAndFlush(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    node.failed(cause);
    ctx.close();
  }
}
