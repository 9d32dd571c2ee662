/**
 * Kubernetes as a source of documents: pods become ports, policies become rules. It fills no stage
 * and makes no flow; what it wrote stays when it goes.
 */
package dev.heddle.kubernetes;
