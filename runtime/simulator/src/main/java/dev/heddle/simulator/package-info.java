/**
 * Packets through the computed flows, in memory: what each switch would do with them, table by
 * table, and where they come out. {@link dev.heddle.simulator.Net} is the language in which
 * scenarios are told.
 */
package dev.heddle.simulator;
