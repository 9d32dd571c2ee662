package dev.heddle.openflow.session;

import dev.heddle.openflow.tls.Identity;

/** A switch of which no database has spoken: two with one id keep apart by who they are. */
record Claim(long datapathId, Identity identity) {}
