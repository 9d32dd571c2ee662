package dev.heddle.openflow.session;

import dev.heddle.openflow.RealOvs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What leaves a dummy interface, frame by frame, as the switch itself records it. */
public final class Frames {

  private static final int FILE_HEADER = 24;
  private static final int FRAME_HEADER = 16;

  private final Path file;
  private long taken = FILE_HEADER;

  private Frames(Path file) {
    this.file = file;
  }

  /** Records from now on what {@code ovs} sends out of an interface. */
  public static Frames outOf(RealOvs ovs, String device) {
    Path file = ovs.dir().resolve(device + ".pcap");
    ovs.vsctl("set", "Interface", device, "options:tx_pcap=" + file);
    return new Frames(file);
  }

  /** All frames so far, in hexadecimal; the last may still be on its way to the file. */
  public List<String> all() {
    return from(FILE_HEADER).frames;
  }

  /** Those that {@code fresh} has not given before. */
  public List<String> fresh() {
    Read read = from(taken);
    taken = read.end;
    return read.frames;
  }

  /**
   * @param end where the last whole frame ends
   */
  private record Read(List<String> frames, long end) {}

  private Read from(long begin) {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(begin);
      ByteBuffer bytes =
          ByteBuffer.allocate((int) Math.max(0, channel.size() - begin))
              .order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until all is read that was there
      }
      bytes.flip();
      List<String> frames = new ArrayList<>();
      int at = 0;
      while (at + FRAME_HEADER <= bytes.limit()) {
        int end = at + FRAME_HEADER + bytes.getInt(at + 8);
        if (end > bytes.limit()) {
          break;
        }
        frames.add(HexFormat.of().formatHex(bytes.array(), at + FRAME_HEADER, end));
        at = end;
      }
      return new Read(frames, begin + at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
