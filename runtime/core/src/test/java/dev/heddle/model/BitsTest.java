package dev.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** 128 bits compute as a BigInteger below 2 to the 128th does. */
class BitsTest {

  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

  private static BigInteger big(Bits b) {
    return new BigInteger(Long.toHexString(b.high()), 16)
        .shiftLeft(64)
        .or(new BigInteger(Long.toHexString(b.low()), 16));
  }

  @Property
  void logicIsThatOfBigIntegers(@ForAll("bits") Bits a, @ForAll("bits") Bits b) {
    assertThat(big(a.and(b))).isEqualTo(big(a).and(big(b)));
    assertThat(big(a.or(b))).isEqualTo(big(a).or(big(b)));
    assertThat(big(a.andNot(b))).isEqualTo(big(a).andNot(big(b)));
    assertThat(Integer.signum(a.compareTo(b))).isEqualTo(big(a).compareTo(big(b)));
    assertThat(a.equals(b)).isEqualTo(big(a).equals(big(b)));
  }

  @Property
  void shiftsAreThoseOfBigIntegersCutTo128Bits(
      @ForAll("bits") Bits a, @ForAll @IntRange(max = 127) int n) {
    assertThat(big(a.shiftLeft(n))).isEqualTo(big(a).shiftLeft(n).and(ALL));
    assertThat(big(a.shiftRight(n))).isEqualTo(big(a).shiftRight(n));
  }

  @Property
  void widthZeroAndTextAreThoseOfBigIntegers(@ForAll("bits") Bits a) {
    assertThat(a.width()).isEqualTo(big(a).bitLength());
    assertThat(a.isZero()).isEqualTo(big(a).signum() == 0);
    assertThat(a).hasToString("0x" + big(a).toString(16));
  }

  @Test
  void everyMaskHasTheBitsItsLengthSays() {
    for (int width = 0; width <= 128; width++) {
      BigInteger ones = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
      assertThat(big(Bits.ones(width))).isEqualTo(ones);
      for (int prefix = 0; prefix <= width; prefix++) {
        assertThat(big(Bits.prefix(prefix, width)))
            .as("/%d of %d", prefix, width)
            .isEqualTo(ones.shiftRight(width - prefix).shiftLeft(width - prefix));
      }
    }
    assertThatThrownBy(() -> Bits.ones(129)).hasMessage("a width is 0 to 128 bits, not 129");
    assertThatThrownBy(() -> Bits.ones(-1)).hasMessage("a width is 0 to 128 bits, not -1");
  }

  @Provide
  Arbitrary<Bits> bits() {
    Arbitrary<Long> any = Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.of(0L, -1L, 1L));
    return Combinators.combine(any, any).as(Bits::new);
  }
}
