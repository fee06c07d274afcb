namespace Alignment.Transforms.Diffusion.Schedulers;

// Where a run that keeps part of the picture begins (SDEdit, Meng et al. 2022).
static class ImageToImage
{
    // The last ⌊strength · steps⌋ steps are done, all at 1, none at 0, at least one in between.
    public static int StartStep(double strength, int steps)
    {
        if (!(strength is >= 0 and <= 1))
            throw UsageException.For("The strength", $"{strength}",
                "0 (leave the scene) to 1 (keep nothing of it)", "0.6 keeps the scene and lets its product change.");
        const double roundingRoom = 1e-9; // 0.29 · 100 is 28.999999999999996
        int remaining = (int)Math.Floor(strength * steps + roundingRoom);
        return strength == 0 ? steps : steps - Math.Clamp(remaining, 1, steps);
    }
}
