package dev.heddle.openflow.codec;

/**
 * A port as the switch describes it (OpenFlow 1.3.5, 7.2.1).
 *
 * @param number as flows name it; above 0xffffff00 for those that are no interface
 * @param name printable, at most 15 characters
 * @param up it is switched on and has a carrier
 */
public record PhysicalPort(long number, String name, boolean up) {}
