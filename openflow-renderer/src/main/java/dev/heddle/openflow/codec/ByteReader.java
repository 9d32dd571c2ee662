package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import java.util.HexFormat;

/**
 * A position in a part of a byte array, big-endian. Reading past the part's end is a {@link
 * MalformedMessage}, never an array error; no read allocates more than the part holds.
 */
final class ByteReader {

  private final byte[] bytes;
  private final int end;
  private final int depth;
  private int at;

  private ByteReader(byte[] bytes, int from, int end, int depth) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
    this.depth = depth;
  }

  static ByteReader of(byte[] bytes) {
    return new ByteReader(bytes, 0, bytes.length, 0);
  }

  /** The rest of this reader, which goes on where it is. */
  ByteReader copy() {
    return new ByteReader(bytes, at, end, depth);
  }

  /** As {@link #copy}, one deeper; parts of it are as deep. */
  ByteReader deeper() {
    return new ByteReader(bytes, at, end, depth + 1);
  }

  int depth() {
    return depth;
  }

  int remaining() {
    return end - at;
  }

  int u8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  int u16() {
    return (int) unsigned(2);
  }

  long u32() {
    return unsigned(4);
  }

  int i32() {
    return (int) unsigned(4);
  }

  long u64() {
    return unsigned(8);
  }

  /** An unsigned value of {@code octets} bytes, 0 to 16. */
  Bits bits(int octets) {
    return octets <= 8 ? Bits.of(unsigned(octets)) : new Bits(unsigned(octets - 8), unsigned(8));
  }

  private long unsigned(int octets) {
    need(octets);
    long v = 0;
    for (int i = 0; i < octets; i++) {
      v = v << 8 | bytes[at++] & 0xff;
    }
    return v;
  }

  ByteReader skip(int octets) {
    need(octets);
    at += octets;
    return this;
  }

  /** The next {@code octets} bytes as a part of their own; this reader goes on behind them. */
  ByteReader part(int octets) {
    need(octets);
    ByteReader r = new ByteReader(bytes, at, at + octets, depth);
    at += octets;
    return r;
  }

  /** What is left, as hexadecimal digits; the position does not move. */
  String hex() {
    return HexFormat.of().formatHex(bytes, at, end);
  }

  private void need(int octets) {
    if (octets < 0 || octets > end - at) {
      throw new MalformedMessage(
          "a message ends " + (octets - (end - at)) + " bytes before its content does");
    }
  }
}
