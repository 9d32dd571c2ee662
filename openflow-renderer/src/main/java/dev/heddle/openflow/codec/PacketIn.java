package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Match;

/**
 * A packet that a switch has sent to the controller, with the note of the flow that sent it.
 *
 * @param table where the flow stands
 * @param cookie whose flow it is
 * @param userdata what {@link dev.heddle.pipeline.Punt#userdata} said, in hexadecimal; empty if it
 *     was no flow of ours
 * @param metadata registers and other fields of the pipeline as they were; those we do not know are
 *     left out
 * @param packet from the Ethernet header on, in hexadecimal
 * @param length bytes that the packet had before it was cut, if it was
 */
public record PacketIn(
    int table, long cookie, String userdata, Match metadata, String packet, int length) {}
