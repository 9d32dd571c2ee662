package dev.heddle.architecture.planted.l2;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Guilty by an object of chance and by two calls. */
public final class Gambles {
  public List<Double> throwDice() {
    List<Double> dice = new ArrayList<>(List.of(Math.random(), new Random(1).nextDouble()));
    Collections.shuffle(dice);
    return dice;
  }
}
