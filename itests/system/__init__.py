"""What an operator is promised, on one controller and one lab of two real Open vSwitch nodes.

Driven only by what an operator has: the script heddle, REST, the console, the switches' own commands, ping.
"""
