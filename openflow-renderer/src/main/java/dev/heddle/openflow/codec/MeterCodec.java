package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Meter;
import dev.heddle.pipeline.Meter.Band;
import dev.heddle.pipeline.Meter.Unit;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Meters to meter-mods, and meter configurations to meters (OpenFlow 1.3.5, 7.3.4.4 and 7.3.5.13).
 */
public final class MeterCodec {

  private static final int ADD = 0;
  private static final int MODIFY = 1;
  private static final int DELETE = 2;
  private static final int CONFIGURATION = 10;
  private static final int MORE = 1;
  private static final int ALL = 0xffffffff;
  private static final int KBPS = 1;
  private static final int PKTPS = 2;
  private static final int BURST = 4;
  private static final int DROP = 1;
  private static final int BAND = 16;

  private MeterCodec() {}

  /**
   * One part of the answer to {@link #writeDumpRequest}.
   *
   * @param foreign numbers of meters that hold something outside our values
   */
  public record Page(List<Meter> meters, List<Long> foreign, boolean more) {}

  /**
   * Writes one meter-mod.
   *
   * @throws IllegalArgumentException if it has more bands than fit; nothing is written then
   */
  public static void write(ByteBuf out, int xid, MeterChange change) {
    if (change instanceof MeterChange.Add add) {
      put(out, xid, ADD, add.meter());
    } else if (change instanceof MeterChange.Modify modify) {
      put(out, xid, MODIFY, modify.meter());
    } else {
      int start = OpenFlow.begin(out, OpenFlow.METER_MOD, xid);
      out.writeShort(DELETE).writeShort(0).writeInt((int) ((MeterChange.Remove) change).id());
      OpenFlow.end(out, start);
    }
  }

  private static void put(ByteBuf out, int xid, int command, Meter meter) {
    int start = OpenFlow.begin(out, OpenFlow.METER_MOD, xid);
    boolean bursting = meter.bands().get(0).burst() != 0;
    int unit = meter.unit() == Unit.KILOBITS ? KBPS : PKTPS;
    out.writeShort(command).writeShort(bursting ? unit | BURST : unit);
    out.writeInt((int) meter.id());
    writeBands(out, meter.bands());
    OpenFlow.end(out, start);
  }

  static void writeBands(ByteBuf out, List<Band> bands) {
    for (Band b : bands) {
      out.writeShort(DROP).writeShort(BAND);
      out.writeInt((int) b.rate()).writeInt((int) b.burst()).writeInt(0);
    }
  }

  /** Writes the request for all meters. */
  public static void writeDumpRequest(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(CONFIGURATION).writeShort(0).writeInt(0);
    out.writeInt(ALL).writeInt(0);
    OpenFlow.end(out, start);
  }

  /**
   * Reads one multipart reply, header included.
   *
   * @throws MalformedMessage if it is not one with meter configurations
   */
  public static Page readPage(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER);
    int kind = in.u16();
    boolean more = (in.u16() & MORE) != 0;
    if (kind != CONFIGURATION) {
      throw new MalformedMessage("meters were asked for, part " + kind + " came");
    }
    in.skip(4);
    List<Meter> meters = new ArrayList<>();
    List<Long> foreign = new ArrayList<>();
    while (in.remaining() > 0) {
      int length = in.u16();
      if (length < 8) {
        throw new MalformedMessage("a meter says it has " + length + " bytes");
      }
      ByteReader meter = in.part(length - 2);
      int flags = meter.u16();
      long id = meter.u32();
      read(id, flags, meter).ifPresentOrElse(meters::add, () -> foreign.add(id));
    }
    return new Page(meters, foreign, more);
  }

  private static Optional<Meter> read(long id, int flags, ByteReader in) {
    boolean bursting = (flags & BURST) != 0;
    int unit = flags & ~BURST;
    List<Band> bands = new ArrayList<>();
    boolean ours = unit == KBPS || unit == PKTPS;
    while (in.remaining() > 0) {
      int type = in.u16();
      int length = in.u16();
      if (length < 4) {
        throw new MalformedMessage("a band says it has " + length + " bytes");
      }
      ByteReader band = in.part(length - 4);
      ours &= type == DROP && length == BAND;
      if (ours) {
        long rate = band.u32();
        long said = band.u32();
        long burst = bursting ? said : 0; // without the flag OVS says what it chose itself
        ours = bursting == (burst != 0);
        Optional<Band> read = ActionReader.valid(() -> new Band(rate, burst));
        ours &= read.isPresent();
        read.ifPresent(bands::add);
      }
    }
    return ours
        ? ActionReader.valid(
            () -> new Meter(id, unit == KBPS ? Unit.KILOBITS : Unit.PACKETS, bands))
        : Optional.empty();
  }
}
