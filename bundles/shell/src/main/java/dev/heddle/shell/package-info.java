/** Commands of the Karaf console: one class, one command. They show and change what REST does. */
package dev.heddle.shell;
