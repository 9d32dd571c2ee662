/**
 * Canonical pipeline values to OpenFlow 1.3 bytes and back, with the Nicira and ONF bundle
 * extensions that Open vSwitch speaks. Pure: no I/O, no state. Bytes that come in are hostile until
 * parsed; what breaks the protocol is a {@link MalformedMessage}.
 */
package dev.heddle.openflow.codec;
