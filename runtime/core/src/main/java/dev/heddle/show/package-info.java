/**
 * Documents in and out of text: bounded reading of JSON and YAML, objects with their status as
 * trees, tables for people. What REST and the console share; it decides nothing.
 */
package dev.heddle.show;
