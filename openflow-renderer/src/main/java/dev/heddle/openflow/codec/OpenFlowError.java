package dev.heddle.openflow.codec;

/**
 * An error message of a switch.
 *
 * @param type OFPET_*; 0xffff is an experimenter's, whose {@code code} is then his own type
 * @param text what it means, for people
 */
public record OpenFlowError(int type, int code, String text) {

  /** True if only another controller may change the switch now. */
  public static boolean isTakenOver(int type, int code) {
    return type == 1 && code == 10;
  }

  /** Reads an error, header included. */
  public static OpenFlowError read(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER);
    int type = in.u16();
    int code = in.u16();
    return new OpenFlowError(type, code, meaning(type, code));
  }

  private static String meaning(int type, int code) {
    String kind =
        switch (type) {
          case 1 -> "bad request";
          case 2 -> "bad action";
          case 3 -> "bad instruction";
          case 4 -> "bad match";
          case 5 -> "flow refused";
          case 11 -> "role refused";
          case 0xffff -> "extension refused";
          default -> "refused";
        };
    return kind + ": " + detail(type, code) + " (type " + type + ", code " + code + ")";
  }

  /** The ones that a wrong flow meets, by the names of OpenFlow 1.3.5 section 7.4.4. */
  private static String detail(int type, int code) {
    return switch (type << 16 | code) {
      case 0x1_000a -> "another controller has taken over"; // OFPBRC_IS_SLAVE
      case 0x2_0004 -> "no such output port";
      case 0x2_0005 -> "bad argument";
      case 0x2_0009 -> "no such group";
      case 0x2_000d -> "field cannot be set";
      case 0x2_000e -> "bad length of a set field";
      case 0x2_000f -> "bad value of a set field";
      case 0x3_0002 -> "bad table";
      case 0x4_0005 -> "wildcards where an exact value is needed";
      case 0x4_0006 -> "no such field";
      case 0x4_0007 -> "bad value of a field";
      case 0x4_0008 -> "mask not supported";
      case 0x4_0009 -> "prerequisite missing";
      case 0x4_000a -> "field twice";
      case 0x5_0001 -> "table full";
      case 0x5_0002 -> "bad table";
      case 0x5_0004 -> "no permission";
      case 0xb_0000 -> "a controller that started later has claimed the switch";
      case 0xffff_0000 | 2313 -> "a message of the bundle failed"; // OFPBFC_MSG_FAILED
      default -> "see OpenFlow 1.3.5, section 7.4.4";
    };
  }
}
