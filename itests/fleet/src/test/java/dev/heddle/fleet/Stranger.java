package dev.heddle.fleet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * What hostile peers send. Each is one connection: bytes to be written at once, and whether the
 * controller must end it by itself for them.
 *
 * @param ends whether it must be ended at once; else it may wait for more until it is late
 * @param drip written a byte now and then, over and over, as long as the connection is there
 */
record Stranger(String name, boolean openFlow, byte[] bytes, boolean ends, byte[] drip) {

  private static final HexFormat HEX = HexFormat.of();
  private static final String HELLO = "0400000800000001";

  static List<Stranger> all(Random random) {
    return List.of(
        of("random bytes to OpenFlow", true, noise(random, 500), true),
        of("random bytes to OVSDB", false, noise(random, 500), true),
        of("half a hello", true, HEX.parseHex("04000008"), false),
        of("a message that claims no length", true, HEX.parseHex("0400000000000001"), true),
        of(
            "a message before hello",
            true,
            HEX.parseHex("0406002000000001" + "00".repeat(24)),
            true),
        of(
            "a hello with lying elements",
            true,
            HEX.parseHex("0400001000000001" + "00010000ffff0000"),
            false),
        of("a long message of a stranger", true, HEX.parseHex(HELLO + "0402ffff00000002"), true),
        of(
            "features under another version",
            true,
            HEX.parseHex(HELLO + "0106002000000001" + "00".repeat(24)),
            true),
        of(
            "a features reply nobody asked for",
            true,
            HEX.parseHex(HELLO + "0406002000000063" + "00".repeat(24)),
            false),
        of("a switch that no database knows", true, introduction(random.nextLong()), false),
        of("HTTP to OVSDB", false, text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), true),
        of("JSON 100,000 deep", false, text("{\"a\":" + "[".repeat(100_000)), true),
        of("a message that never ends", false, text("{\"a\":\"" + "x".repeat(9 << 20)), true),
        of("half an object", false, text("{\"id\":"), false),
        of("invalid UTF-8", false, bytes("{\"id\":\"", 0xff, 0xfe, "\"}"), true),
        of("numbers out of range", false, text("{\"id\":1e999999,\"result\":1}"), true),
        of(
            "digits without end",
            false,
            text("{\"id\":" + "9".repeat(5_000) + ",\"result\":1}"),
            true),
        of(
            "duplicate keys",
            false,
            text("{\"id\":1,\"id\":2,\"result\":{},\"result\":[],\"error\":null,\"id\":\"x\"}"),
            true),
        of(
            "an update nobody asked for",
            false,
            text("{\"method\":\"update2\",\"id\":null,\"params\":[\"x\",{}]}"),
            true),
        of(
            "a schema without tables",
            false,
            text("{\"id\":1,\"error\":null,\"result\":{\"tables\":7}}"),
            true),
        of(
            "a monitor with unknown tables",
            false,
            monitored("{\"Nonsense\":{\"" + uuid(1) + "\":{\"initial\":{}}}}"),
            true),
        of(
            "a monitor with a wrong uuid",
            false,
            monitored("{\"Bridge\":{\"x\":{\"initial\":{}}}}"),
            true),
        of("a node without a name", false, monitored("{}"), false),
        of(
            "flow statistics of which ever more follows",
            true,
            HEX.parseHex(HELLO + "04130010000000020001000100000000".repeat(2_000)),
            true),
        unintroduced("statistics nobody asked for", "04130010000000630001000100000000", 2_000),
        unintroduced(
            "answers about bundles nobody opened",
            "04040018000000634f4e4600000008fc0000000700050003",
            2_000),
        unintroduced("errors nobody waits for", "0401000c0000006300050001", 2_000),
        dripping("a byte now and then before hello", true, "04", "00"),
        dripping("a byte now and then after hello", true, HELLO, "0402000c00000001cafe0001"),
        dripping("a byte of JSON now and then", false, "7b226964223a22", "78"),
        dripping("space without end", false, "20", "20"),
        of("an object in objects without end", false, text("{\"a\":".repeat(40)), true),
        of(
            "a string of escapes without end",
            false,
            text("{\"a\":\"" + "\\\"".repeat(5 << 20)),
            true),
        of(
            "names that are numbers",
            false,
            monitored(row("Open_vSwitch", "\"external_ids\":7")),
            true),
        of(
            "a map of numbers",
            false,
            monitored(row("Open_vSwitch", "\"external_ids\":[\"map\",[[1,2]]]")),
            true),
        of("the name of another node", false, nodeNamed("n1").bytes(), true),
        of("a node that nobody knows", false, nodeNamed("nobody").bytes(), false),
        of("nothing at all to OpenFlow", true, new byte[0], false),
        of("nothing at all to OVSDB", false, new byte[0], false));
  }

  static Stranger switchOf(long datapathId) {
    return of("a switch with the datapath id of another", true, introduction(datapathId), true);
  }

  static Stranger nodeNamed(String name) {
    String ids = "\"external_ids\":[\"map\",[[\"system-id\",\"" + name + "\"]]]";
    return of("a node with a name", false, monitored(row("Open_vSwitch", ids)), true);
  }

  private static String row(String table, String columns) {
    return "{\"" + table + "\":{\"" + uuid(1) + "\":{\"initial\":{" + columns + "}}}}";
  }

  /** Says hello, and then the same many times. */
  private static Stranger unintroduced(String name, String message, int times) {
    return of(name, true, HEX.parseHex(HELLO + message.repeat(times)), false);
  }

  private static Stranger dripping(String name, boolean openFlow, String begin, String drip) {
    return new Stranger(name, openFlow, HEX.parseHex(begin), false, HEX.parseHex(drip));
  }

  static Stranger silent() {
    return of("nothing at all", true, new byte[0], false);
  }

  private static Stranger of(String name, boolean openFlow, byte[] bytes, boolean ends) {
    return new Stranger(name, openFlow, bytes, ends, new byte[0]);
  }

  /** The first byte is neither OpenFlow's nor JSON's. */
  private static byte[] noise(Random random, int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    noise[0] = (byte) 0xee;
    noise[1] = (byte) 0xee;
    return noise;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer one) {
        all.write(one);
      } else {
        all.writeBytes(text((String) part));
      }
    }
    return all.toByteArray();
  }

  private static String uuid(int number) {
    return new java.util.UUID(7, number).toString();
  }

  /** Hello and features for the first question, whose number is known: hello has the first. */
  private static byte[] introduction(long datapathId) {
    return HEX.parseHex(
        HELLO + "0406002000000002" + "%016x".formatted(datapathId) + "00".repeat(16));
  }

  /** Answers to get_schema and monitor_cond, as if they had been read. */
  private static byte[] monitored(String rows) {
    return text(
        "{\"id\":1,\"error\":null,\"result\":"
            + Schema.json()
            + "}{\"id\":2,\"error\":null,\"result\":"
            + rows
            + "}");
  }

  /** Writes all of it from an address of its own; the socket is open still. */
  Socket connect(int address, int ovsdbPort, int openFlowPort) throws IOException {
    Socket socket = new Socket();
    socket.bind(
        new InetSocketAddress(
            String.format("127.9.%d.%d", address >> 8 & 0xff, address & 0xff), 0));
    socket.connect(new InetSocketAddress("127.0.0.1", openFlow ? openFlowPort : ovsdbPort));
    socket.setSoTimeout(60_000);
    try {
      OutputStream out = socket.getOutputStream();
      for (int at = 0; at < bytes.length; at += 65_536) {
        out.write(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 65_536)));
      }
      out.flush();
    } catch (IOException e) {
      // ended while we wrote: that is what is to be seen
    }
    return socket;
  }

  /** True once the controller has ended the connection. */
  static boolean isEnded(Socket socket) {
    try {
      byte[] sink = new byte[4_096];
      while (true) {
        if (socket.getInputStream().read(sink) < 0) {
          return true;
        }
      }
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
