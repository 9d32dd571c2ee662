package dev.heddle.openflow.channel;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The other end of a connection, told byte by byte what to say: for what no OVS would do. */
final class ScriptedSwitch implements AutoCloseable {

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  ScriptedSwitch(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Says hello and answers the question for features as switch {@code datapathId}. */
  ScriptedSwitch introduce(long datapathId) throws IOException {
    say("0400000800000001");
    expect(0);
    int xid = expect(5);
    say("04060020%08x%016x0000000000000000%016x".formatted(xid, datapathId, 0));
    return this;
  }

  void say(String hex) throws IOException {
    out.write(HexFormat.of().parseHex(hex));
    out.flush();
  }

  /** Writes until the controller ends the connection, or {@code most} times; how often it did. */
  int repeat(String hex, int most) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    for (int i = 0; i < most; i++) {
      try {
        out.write(bytes);
      } catch (IOException e) {
        return i;
      }
    }
    return most;
  }

  /** Reads messages up to one of {@code type} and returns its xid; -1 at the end of the stream. */
  int expect(int type) throws IOException {
    while (true) {
      byte[] header = in.readNBytes(8);
      if (header.length < 8) {
        return -1;
      }
      ByteBuffer b = ByteBuffer.wrap(header);
      in.skipNBytes((b.getShort(2) & 0xffff) - 8);
      if (b.get(1) == type) {
        return b.getInt(4);
      }
    }
  }

  /** True once the controller has ended the connection. */
  boolean isLeft() throws IOException {
    return expect(-1) == -1;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
