/** Who may be connected to a listening port, how many, and who is told of those who may not. */
package dev.heddle.openflow.admission;
