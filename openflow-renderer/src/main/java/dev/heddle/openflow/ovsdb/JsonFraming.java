package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts a stream of bytes into JSON objects, which RFC 7047 sends back to back without any length.
 * Looks at each byte once, whatever the pieces it arrives in, and gives up as soon as a message is
 * too long or too deep, before anything is parsed. Whether an object is valid JSON is not its task.
 */
final class JsonFraming extends ByteToMessageDecoder {

  private final int maxBytes;
  private final int maxDepth;
  private final Budget room;
  private int held;
  private int scanned;
  private int depth;
  private boolean inString;
  private boolean escaped;
  private boolean broken;

  /**
   * @param room shared by all connections, for messages that are not whole yet
   */
  JsonFraming(int maxBytes, int maxDepth, Budget room) {
    this.room = room;
    this.maxBytes = maxBytes;
    this.maxDepth = maxDepth;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (broken) {
      // The channel is being closed; nothing that still arrives may pile up.
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      scan(in, out);
      hold(scanned);
    } catch (BadMessage e) {
      broken = true;
      hold(0);
      in.skipBytes(in.readableBytes());
      throw e;
    }
  }

  private void hold(int bytes) {
    if (bytes > held && !room.take((long) bytes - held)) {
      throw new BadMessage("half messages of all peers take more memory than there is for them");
    } else if (bytes < held) {
      room.giveBack((long) held - bytes);
    }
    held = bytes;
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    hold(0);
  }

  private void scan(ByteBuf in, List<Object> out) {
    if (depth == 0) {
      skipSpace(in);
    }
    int start = in.readerIndex();
    int available = in.readableBytes();
    while (scanned < available) {
      step(in.getByte(start + scanned));
      scanned++;
      if (scanned > maxBytes) {
        throw new BadMessage("a message is longer than " + maxBytes + " bytes");
      }
      if (depth == 0) {
        out.add(in.readRetainedSlice(scanned));
        scanned = 0;
        return;
      }
    }
  }

  private void step(byte b) {
    if (depth == 0 && b != '{') {
      throw new BadMessage("a message does not begin with {");
    }
    if (inString) {
      inString = escaped || b != '"';
      escaped = !escaped && b == '\\';
    } else if (b == '"') {
      inString = true;
    } else if (b == '{' || b == '[') {
      if (++depth > maxDepth) {
        throw new BadMessage("a message is nested deeper than " + maxDepth);
      }
    } else if (b == '}' || b == ']') {
      depth--;
    }
  }

  private static void skipSpace(ByteBuf in) {
    while (in.isReadable() && " \t\r\n".indexOf(in.getByte(in.readerIndex())) >= 0) {
      in.skipBytes(1);
    }
  }
}
