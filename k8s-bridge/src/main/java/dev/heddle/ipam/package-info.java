/**
 * Gives addresses from the subnets of a switch: pure functions of what is there and what is taken,
 * which nobody has to remember anything for.
 */
package dev.heddle.ipam;
