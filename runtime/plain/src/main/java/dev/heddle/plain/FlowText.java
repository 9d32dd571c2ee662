package dev.heddle.plain;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.Term;
import dev.heddle.pipeline.Track;
import dev.heddle.pipeline.Wire;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Flows as people read them in documents: fields by their role, addresses as addresses, joints as
 * {@code next}. Not for parsing.
 */
public record FlowText(Stage stage) {

  public String match(Match match) {
    return match.terms().isEmpty()
        ? "any"
        : match.terms().stream().map(FlowText::term).collect(Collectors.joining(", "));
  }

  public String actions(List<Action> actions) {
    return actions.isEmpty()
        ? "drop"
        : actions.stream().map(a -> a.accept(new Words())).collect(Collectors.joining(", "));
  }

  private static String term(Term t) {
    return field(t.wire(), t.mask())
        .map(f -> f + "=" + value(f, t.value().shiftRight(f.offset())))
        .orElseGet(
            () ->
                field(t.wire(), Bits.ones(t.wire().width()))
                    .map(f -> f + "=" + value(f, t.value()) + "/" + value(f, t.mask()))
                    .orElse(t.toString()));
  }

  /** The role that is exactly these bits. */
  private static Optional<Field> field(Wire wire, Bits mask) {
    return Arrays.stream(Field.values())
        .filter(f -> f.wire() == wire && f.mask().equals(mask))
        .findFirst();
  }

  private static String value(Field field, Bits value) {
    return switch (field) {
      case ETH_SRC, ETH_DST, ARP_SHA, ARP_THA, ND_SLL, ND_TLL ->
          new MacAddress(value.low()).toString();
      case IPV4_SRC, IPV4_DST, ARP_SPA, ARP_TPA, TUNNEL_SRC, TUNNEL_DST ->
          new IpAddress(false, value).toString();
      case IPV6_SRC, IPV6_DST, ND_TARGET -> new IpAddress(true, value).toString();
      case VLAN_PRESENT, CT_STATE -> value.toString();
      case OUT_PORT -> value.equals(Bits.of(Field.FLOOD)) ? "FLOOD" : decimal(value);
      case ETH_TYPE, VLAN_TCI -> value.toString();
      default -> decimal(value);
    };
  }

  private static String decimal(Bits value) {
    return value.high() == 0 ? Long.toUnsignedString(value.low()) : value.toString();
  }

  private final class Words implements Action.Visitor<String> {
    @Override
    public String set(Action.Set set) {
      return field(set.wire(), set.mask())
          .map(f -> f + "=" + value(f, set.value().shiftRight(f.offset())))
          .orElse(set.toString());
    }

    @Override
    public String move(Action.Move move) {
      return role(move.to(), move.toOffset(), move.width())
          + "="
          + role(move.from(), move.fromOffset(), move.width());
    }

    private String role(Operand.Slice slice) {
      return role(slice.wire(), slice.offset(), slice.width());
    }

    private String operand(Operand operand, Operand.Slice as) {
      if (operand instanceof Operand.Slice slice) {
        return role(slice);
      }
      Bits value = ((Operand.Constant) operand).value();
      return field(as.wire(), as.mask()).map(f -> value(f, value)).orElse(value.toString());
    }

    private String role(Wire wire, int offset, int width) {
      return field(wire, Bits.ones(width).shiftLeft(offset))
          .map(Field::toString)
          .orElse(wire.ovsName() + "[" + offset + ".." + (offset + width - 1) + "]");
    }

    @Override
    public String output(Action.Output output) {
      return output.toString();
    }

    @Override
    public String toSender(Action.ToSender toSender) {
      return toSender.toString();
    }

    @Override
    public String resubmit(Action.Resubmit resubmit) {
      return resubmit.toString();
    }

    @Override
    public String gotoTable(Action.GotoTable go) {
      boolean next = !stage.beside() && go.table() == stage.joint();
      return next ? "next" : go.toString();
    }

    @Override
    public String pushVlan(Action.PushVlan push) {
      return push.toString();
    }

    @Override
    public String popVlan(Action.PopVlan pop) {
      return pop.toString();
    }

    @Override
    public String decTtl(Action.DecTtl decTtl) {
      return decTtl.toString();
    }

    @Override
    public String conjunction(Action.Conjunction c) {
      return "clause " + c.clause() + " of " + c.of() + " of conjunction " + c.id();
    }

    @Override
    public String group(Action.GroupRef group) {
      return group.toString();
    }

    @Override
    public String meter(Action.Meter meter) {
      return meter.toString();
    }

    @Override
    public String clone(Action.Clone clone) {
      return "copy(" + all(clone.actions()) + ")";
    }

    private String all(List<Action> actions) {
      return actions.stream().map(a -> a.accept(this)).collect(Collectors.joining(", "));
    }

    @Override
    public String learn(Learn learn) {
      String timeouts =
          (learn.idleTimeout() == 0 ? "" : " idle=" + learn.idleTimeout() + "s")
              + (learn.hardTimeout() == 0 ? "" : " hard=" + learn.hardTimeout() + "s");
      return "learn in "
          + learn.table()
          + timeouts
          + ": "
          + learn.specs().stream().map(this::spec).collect(Collectors.joining(", "));
    }

    private String spec(Learn.Spec spec) {
      if (spec instanceof Learn.Matches m) {
        return role(m.field()) + "=" + operand(m.value(), m.field());
      }
      return spec instanceof Learn.Loads l
          ? "then " + role(l.field()) + "=" + operand(l.value(), l.field())
          : "then output " + role(((Learn.Outputs) spec).port());
    }

    @Override
    public String track(Track track) {
      Operand.Slice zone = Operand.Slice.of(Field.CT_ZONE);
      return (track.commit() ? track.force() ? "commit, forced," : "commit" : "track")
          + " in zone "
          + operand(track.zone(), zone)
          + track.nat().map(n -> ", " + n).orElse("")
          + (track.exec().isEmpty() ? "" : ", " + all(track.exec()))
          + track.table().map(t -> ", then " + (t == stage.joint() ? "next" : t)).orElse("");
    }

    @Override
    public String punt(Punt punt) {
      return punt.toString();
    }
  }
}
