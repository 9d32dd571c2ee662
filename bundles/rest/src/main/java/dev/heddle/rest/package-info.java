/**
 * Documents over HTTP: the northbound interface. Nothing of it is exported; {@link
 * dev.heddle.rest.RestComponent} is where the container comes in, {@link dev.heddle.rest.Routes}
 * says what there is.
 */
package dev.heddle.rest;
