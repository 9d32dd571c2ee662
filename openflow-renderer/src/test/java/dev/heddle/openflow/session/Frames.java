package dev.heddle.openflow.session;

import dev.heddle.openflow.RealOvs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What leaves a dummy interface, frame by frame, as the switch itself records it. */
record Frames(Path file) {

  private static final int FILE_HEADER = 24;
  private static final int FRAME_HEADER = 16;

  /** Records from now on what {@code ovs} sends out of an interface. */
  static Frames outOf(RealOvs ovs, String device) {
    Path file = ovs.dir().resolve(device + ".pcap");
    ovs.vsctl("set", "Interface", device, "options:tx_pcap=" + file);
    return new Frames(file);
  }

  /** All frames so far, in hexadecimal; the last may still be on its way to the file. */
  List<String> all() {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      List<String> frames = new ArrayList<>();
      for (int at = FILE_HEADER; at + FRAME_HEADER <= bytes.limit(); ) {
        int length = bytes.getInt(at + 8);
        int end = at + FRAME_HEADER + length;
        if (end > bytes.limit()) {
          break;
        }
        frames.add(HexFormat.of().formatHex(bytes.array(), at + FRAME_HEADER, end));
        at = end;
      }
      return frames;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
