/**
 * What would become of policy by a change: told by packets through the flows that there are and
 * those that there would be, never by a second reading of the rules. Rules are read only to find
 * packets and ports that no rule can tell apart, so that one of each is enough.
 */
package dev.heddle.simulator.whatif;
