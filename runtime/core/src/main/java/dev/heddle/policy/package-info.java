/** What rules say and whom they concern: kinds of the model that need the language of matches. */
package dev.heddle.policy;
