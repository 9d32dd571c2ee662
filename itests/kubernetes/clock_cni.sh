#!/bin/bash
# Stands in front of a CNI plugin: writes down when it was called to ADD for which pod, and becomes it.
# bench.py fills in where. The clock is read first, so what is timed is the plugin's own start and all after it.
if [ "$CNI_COMMAND" = ADD ]; then printf '%s %s\n' "$EPOCHREALTIME" "$CNI_ARGS" >>@LOG@; fi
exec @PLUGIN@ "$@"
