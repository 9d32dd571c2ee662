package dev.heddle.openflow.codec;

/**
 * One Geneve option as a tun_metadata field (ovs-ofctl(8), add-tlv-map).
 *
 * @param optionClass 0 to 0xffff, as registered with IANA
 * @param type 0 to 0xff; the top bit says that a receiver who does not know it must drop
 * @param length in bytes, a multiple of 4, 4 to 124
 * @param index the n of tun_metadata-n, 0 to 63
 */
public record TlvMapping(int optionClass, int type, int length, int index) {

  public TlvMapping {
    if (optionClass >>> 16 != 0 || type >>> 8 != 0) {
      throw new IllegalArgumentException(
          "no Geneve option has class " + optionClass + ", type " + type);
    }
    if (length < 4 || length > 124 || length % 4 != 0 || index < 0 || index > 63) {
      throw new IllegalArgumentException(
          "a Geneve option has 4 to 124 bytes and a field 0 to 63, not " + length + ", " + index);
    }
  }

  @Override
  public String toString() {
    return String.format(
        "{class=0x%x,type=0x%x,len=%d}->tun_metadata%d", optionClass, type, length, index);
  }
}
