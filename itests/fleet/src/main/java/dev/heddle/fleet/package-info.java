/**
 * A fleet of simulated nodes: sockets that speak OVSDB and OpenFlow 1.3 well enough that a renderer
 * takes them for Open vSwitch, keep the flows they are given, and fail as they are told to. Many
 * nodes share a few threads. Nothing here forwards a packet.
 */
package dev.heddle.fleet;
