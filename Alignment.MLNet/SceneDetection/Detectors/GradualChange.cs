namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Finds dissolves and fades: stretches of which every frame is a blend of the frame before and the one behind, with a weight that
/// rises little by little. All lengths that end at a frame are tried, short ones first.</summary>
sealed class GradualChange(PictureRing ring, MotionMatch match)
{
    public const double MostSeconds = 4;

    // Least difference of both ends before the frames between are looked at, as a share of the difference of unrelated pictures.
    const double LeastApart = 0.4;
    // The same with motion taken out: two shots, not one that moved.
    const double LeastShots = 0.35;
    // Least part of the picture that changes: a title that fades in changes less.
    const double LeastArea = 0.3;
    // Of the ends' difference, the most that a blend may leave over.
    const double MostLeft = 0.25;
    // A jump from one frame to the next by this much of the way is a cut, not a blend.
    const double MostStep = 0.6;
    // A weight that falls by more is no progress.
    const double MostFall = 0.12;
    // The change has ended where it goes on at less than this part of its mean speed.
    const double Plateau = 0.25;
    // Steps of which motion leaves less than this are moves.
    const double ExplainedByMotion = 0.4;
    // Least part of the contrast that a blend of the two ends would lose: halfway between a move, which loses none, and a blend.
    const double LeastLoss = 0.5;
    // A weight below this is the one picture yet, above 1 less this the other.
    const double Pure = 0.04;
    // Frames with less of the one than this show too little of it to tell a blend by.
    const double Blended = 0.1;
    const int Samples = 5;

    static readonly int[] s_lengths = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

    readonly double[] _weights = new double[PictureRing.Capacity];

    // The gradual change under way or over at end, if its whole course is known by now, begun after earliest, where an earlier one ended:
    // its first and last pure frame and the frame at which the new picture outweighs the old.
    public (long Before, long After, long Middle, double Score)? Find(long end, long earliest, bool last)
    {
        earliest = Math.Max(earliest, ring.First);
        var b = ring[end];
        foreach (int length in s_lengths)
        {
            long start = end - length;
            if (start < earliest || b.Seconds - ring[start].Seconds > MostSeconds) return null;
            var a = ring[start];
            double apart = PictureDifference.Mean(a, b);
            if (apart < LeastApart * PictureDifference.Unrelated(a, b) || !LooksBlended(start, end, apart)) continue;
            if (Whole(start, end, earliest, last) is { } found) return found;
        }
        return null;
    }

    // Whether the steps in the middle of the stretch are mostly explained by parts of the picture having moved: a fast pan over faint
    // pictures.
    bool Moves(long before, long middle, long after)
    {
        double mean = 0, left = 0;
        long from = Math.Max(before, middle - 1 - Samples / 2), to = Math.Min(after, from + Samples);
        for (long i = from; i < to; i++)
        {
            mean += PictureDifference.Mean(ring[i], ring[i + 1]);
            left += match.Left(ring[i], ring[i + 1]);
        }
        return left < ExplainedByMotion * mean;
    }

    bool LooksBlended(long start, long end, double apart)
    {
        int samples = (int)Math.Min(Samples, end - start - 1);
        double before = 0;
        for (int i = 1; i <= samples; i++)
        {
            var (weight, left) = Mixture.Fit(ring[start + i * (end - start) / (samples + 1)], ring[start], ring[end]);
            if (left > MostLeft * apart || weight < before - MostFall || (samples == 1 && weight is < 0.15 or > 0.85)) return false;
            before = weight;
        }
        return true;
    }

    (long, long, long, double)? Whole(long start, long end, long earliest, bool last)
    {
        // 1. As far as the weight goes on rising along the same line of blends.
        int reach = Math.Max(3, (int)(end - start) / 6);
        double slope = 1.0 / (end - start);
        long before = start, after = end;
        double Weight(long frame) => Mixture.Fit(ring[frame], ring[start], ring[end]).Weight;
        while (before > earliest)
        {
            long further = Math.Max(earliest, before - reach);
            if (Weight(before) - Weight(further) < Plateau * slope * (before - further)) break;
            before--;
        }
        while (after < ring.Last)
        {
            long further = Math.Min(ring.Last, after + reach);
            if (Weight(further) - Weight(after) < Plateau * slope * (further - after)) break;
            after++;
        }
        if (after + reach > ring.Last && !last) return null;
        // A video that ends in the middle of a change never shows what it was a change to.
        if (after == ring.Last && Weight(after) - Weight(after - 1) > Plateau * slope) return null;
        SmallPicture a = ring[before], b = ring[after];
        if (b.Seconds - a.Seconds > MostSeconds) return null;
        // 2. Every frame between, against the pure pictures on both sides.
        double apart = PictureDifference.Mean(a, b), unrelated = PictureDifference.Unrelated(a, b), left = 0;
        int blends = 0;
        int count = (int)(after - before - 1);
        if (count < 1) return null;
        double weightBefore = 0;
        for (int i = 0; i <= count; i++)
        {
            double weight = 1;
            if (i < count)
            {
                (weight, double rest) = Mixture.Fit(ring[before + 1 + i], a, b);
                // Frames that are still one picture say nothing about whether those between are blends.
                if (weight is > Blended and < 1 - Blended)
                {
                    left += rest;
                    blends++;
                }
            }
            if (weight - weightBefore > MostStep) return null;
            _weights[i] = weight;
            weightBefore = weight;
        }
        if (blends == 0 || left > MostLeft * apart * blends) return null;
        // Where it begins, crosses the middle and ends, in frames.
        int first = 0, lastWithin = count - 1, middle = 0;
        while (first < count - 1 && _weights[first] < Pure) first++;
        while (lastWithin > first && _weights[lastWithin] > 1 - Pure) lastWithin--;
        while (middle < count && _weights[middle] < 0.5) middle++;
        // 3. Both sides are different shots. Of one scene in two lights the nearest pure frames are asked, between which least has moved.
        double score = match.Left(a, b) / unrelated;
        if (apart < LeastApart * unrelated || score < LeastShots) return null;
        if (PictureDifference.ChangedShare(a, b, Math.Max(ShotDetector.LeastChange, ShotDetector.ChangeShare * unrelated)) < LeastArea)
            return null;
        if (!ShotDetector.IsBlankBeside(a, b) && !ShotDetector.IsBlankBeside(b, a)
            && OtherLight.IsOneScene(ring[before + first], ring[before + 2 + lastWithin])) return null;
        // 4. What goes on from frame to frame is no motion: motion does not explain it, and the frames are as faint as blends are.
        if (Moves(before, before + 1 + middle, after)
            || BlendContrast.LossShare(ring, before, after, _weights.AsSpan(0, count)) < LeastLoss) return null;
        return (before + first, before + 2 + lastWithin, before + 1 + middle, score);
    }
}
