package dev.heddle.openflow.channel;

import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.codec.OpenFlow;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets only whole messages of OpenFlow through to openflowjava, which waits for the rest of one for
 * ever and logs a stack trace for what it cannot read. Of a hello only the header goes on: nothing
 * in its body matters to us.
 */
final class Framing extends ByteToMessageDecoder {

  /** Who has not said who it is needs no longer messages to do so. */
  private static final int MOST_OF_STRANGERS = 4_096;

  private static final int LAST_TYPE = 29; // OFPT_METER_MOD, the highest in 1.3

  private final Admission admission;
  private final Admission.Place place;
  private final Duration patience;
  private Future<?> deadline;
  private boolean greeted;
  private boolean broken;
  private boolean whole;

  /**
   * @param patience how long the rest of a message may take
   */
  Framing(Admission admission, Admission.Place place, Duration patience) {
    this.admission = admission;
    this.place = place;
    this.patience = patience;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
    whole = false;
    super.channelRead(context, bytes);
    if (deadline != null && (whole || actualReadableBytes() == 0)) {
      deadline.cancel(false);
      deadline = null;
    }
    if (deadline == null && actualReadableBytes() > 0 && !broken) {
      deadline =
          context
              .executor()
              .schedule(
                  () -> refuse(context, "it did not end a message that it had begun"),
                  patience.toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (broken) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < OpenFlow.HEADER) {
      return;
    }
    int start = in.readerIndex();
    int version = in.getUnsignedByte(start);
    int type = in.getUnsignedByte(start + 1);
    int length = in.getUnsignedShort(start + 2);
    if (length < OpenFlow.HEADER || version == 0 || type > LAST_TYPE) {
      refuse(context, "it does not speak OpenFlow");
    } else if (!greeted && type != OpenFlow.HELLO) {
      refuse(context, "it did not say hello first");
    } else if (type != OpenFlow.HELLO && version != OpenFlow.VERSION) {
      refuse(context, "it does not speak OpenFlow 1.3");
    } else if (length > MOST_OF_STRANGERS && place.isStranger()) {
      refuse(context, "it sent a long message before it had said which switch it is");
    } else if (in.readableBytes() >= length) {
      whole = true;
      greeted = true;
      if (type == OpenFlow.HELLO) {
        out.add(
            context
                .alloc()
                .buffer(OpenFlow.HEADER)
                .writeByte(OpenFlow.VERSION)
                .writeByte(type)
                .writeShort(OpenFlow.HEADER)
                .writeInt(in.getInt(start + 4)));
        in.skipBytes(length);
      } else {
        out.add(in.readRetainedSlice(length));
      }
      return;
    }
    if (broken) {
      in.skipBytes(in.readableBytes());
    }
  }

  private void refuse(ChannelHandlerContext context, String why) {
    broken = true;
    admission.refuse(context.channel().remoteAddress(), why);
    context.close();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    if (deadline != null) {
      deadline.cancel(false);
    }
    super.channelInactive(context);
  }
}
