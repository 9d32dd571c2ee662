/**
 * What must hold of every network whatever it is made of, as functions of a history: {@link
 * dev.heddle.simulator.laws.Law}. {@link dev.heddle.simulator.Net} holds each scenario to them, the
 * JUnit extension {@link dev.heddle.simulator.laws.Laws} sees to it that no scenario escapes.
 */
package dev.heddle.simulator.laws;
