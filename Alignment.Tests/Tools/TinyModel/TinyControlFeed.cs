using Alignment.Onnx.Training;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// What the ControlNet sees in a step. A row has a still whose product was drawn at presence p and a map of attention; its target is the
/// same still at the presence whose predicted attention has the share on the product that the map asks for. The maps are of four kinds, so
/// that nothing but the share on the product decides:
/// <list type="bullet">
/// <item><b>own</b>: the attention predicted for the still at another presence;</item>
/// <item><b>changed</b>: the still's attention at p, the product's part multiplied by some α as the variants do it;</item>
/// <item><b>another's</b>: the map of another still, as it is or changed on <em>that</em> still's product;</item>
/// <item><b>background</b>: attention moved in the background only, as the placebo does it; the target is the still itself.</item>
/// </list>
/// The noised latents carry a trace of the still at p, as those of an edit do: what a deterministic sampler that started from the source at
/// timestep t₀ carries along. With ε* = ε + √(ᾱ₀/(1−ᾱ₀)) (z_source − z_target) every point √ᾱ z_target + √(1−ᾱ) ε* is on its path.
/// </summary>
sealed class TinyControlFeed(TinyRecipe recipe, StillPool pool, NoiseSchedule schedule, Func<string, float[]> states)
{
    /// <summary>Upper ends of the kinds' shares of the rows; the rest is background.</summary>
    const double Own = 0.4, Changed = 0.7, Anothers = 0.9;

    /// <summary>Range of the multipliers on the product's attention; the variants use 0.5 and 1.5.</summary>
    const double LeastAlpha = 0.4, MostAlpha = 2;

    /// <summary>Range of the timesteps at which edits start: strengths 0.35 to 0.8.</summary>
    const int FirstStart = 350, LastStart = 800;

    /// <summary>Share of the rows whose timestep is one that an edit from the row's start goes through; the others may be any.</summary>
    const double WithinEdit = 0.8;

    readonly int _textLength = states("").Length;
    readonly float[] _text = new float[recipe.Control.Batch * states("").Length];
    readonly SizeBuffers[] _sizes = [.. recipe.Sizes.Select(s => new SizeBuffers(recipe.Control.Batch, s.Width, s.Height))];

    /// <summary>Sets the inputs of a step.</summary>
    public void Set(long step, TrainingSession session)
    {
        int batch = recipe.Control.Batch, size = (int)(step % recipe.Sizes.Count);
        var (width, height) = recipe.Sizes[size];
        int pixels = width * height, coarse = pixels / 16;
        SizeBuffers to = _sizes[size];
        var draw = new TinyDraws(recipe.Seed, "control", step);
        draw.Normal(to.Rows.Noise);
        for (int row = 0; row < batch; row++)
        {
            PooledStill still = pool.OfSize(size)[draw.Pick(pool.OfSize(size).Count)];
            Span<float> mask = to.Control.AsSpan(row * 2 * pixels, pixels), attention = to.Control.AsSpan((row * 2 + 1) * pixels, pixels);
            still.Mask.CopyTo(mask);
            double present = draw.Uniform(), target = Map(draw, size, still, present, FormattableString.Invariant($"{step}/{row}"),
                to.Scratch, attention);
            Noised(draw, to, row, still, present, target);
            states(draw.Uniform() < recipe.PromptDropout ? "" : still.Prompt).CopyTo(_text.AsSpan(row * _textLength));
            Coarse(still.Mask, width, height, to.Weight.AsSpan(row * coarse, coarse));
        }
        to.Rows.Set(session);
        session.Set("encoder_hidden_states", _text, batch, 77, _textLength / 77);
        session.Set("controlnet_cond", to.Control, batch, 2, height, width);
        session.Set("weight", to.Weight, batch, 1, height / 4, width / 4);
    }

    /// <summary>Draws the map of a row and returns the presence it asks for.</summary>
    double Map(TinyDraws draw, int size, PooledStill still, double present, string place, float[] scratch, Span<float> attention)
    {
        double kind = draw.Uniform();
        if (kind < Own)
        {
            double target = draw.Uniform();
            StillPool.AttentionAt(still, target, attention);
            return target;
        }
        if (kind < Anothers)
        {
            PooledStill source = kind < Changed ? still : pool.OfSize(size)[draw.Pick(pool.OfSize(size).Count)];
            StillPool.AttentionAt(source, source == still ? present : draw.Uniform(), scratch);
            AttentionChange.Apply(scratch, source.Mask, Math.Exp(draw.Between(Math.Log(LeastAlpha), Math.Log(MostAlpha))), false,
                attention);
            return StillPool.PresenceOf(still, AttentionScore.Of(attention, still.Mask).Share);
        }
        double alpha = draw.Between(1.2, 2);
        StillPool.AttentionAt(still, present, scratch);
        PlaceboPlacement placement = PlaceboRegion.Find(scratch, still.Mask, still.Width, still.Height, recipe.Seed, place, alpha);
        PlaceboChange.Apply(scratch, still.Mask, still.Width, still.Height, placement, alpha, attention);
        return present;
    }

    void Noised(TinyDraws draw, SizeBuffers to, int row, PooledStill still, double present, double target)
    {
        Span<float> z = to.Rows.LatentOf(row);
        StillPool.Latent(still, target, (float)pool.ScalingFactor, z);
        int start = (int)draw.Between(FirstStart, LastStart),
            t = draw.Uniform() < WithinEdit ? draw.Pick(start + 1) : draw.Pick(schedule.AlphaBars.Length);
        if (t <= start && target != present)
        {
            StillPool.Latent(still, present, (float)pool.ScalingFactor, to.Source);
            float share = MathF.Sqrt(schedule.AlphaBars[start] / (1 - schedule.AlphaBars[start]));
            Span<float> noise = to.Rows.NoiseOf(row);
            for (int i = 0; i < noise.Length; i++) noise[i] += share * (to.Source[i] - z[i]);
        }
        to.Rows.Add(row, t, schedule);
    }

    /// <summary>1 in the background, 4 where a latent's pixels are all product.</summary>
    static void Coarse(float[] mask, int width, int height, Span<float> weight)
    {
        for (int row = 0; row < height / 4; row++)
            for (int column = 0; column < width / 4; column++)
            {
                float sum = 0;
                for (int y = 0; y < 4; y++)
                    for (int x = 0; x < 4; x++) sum += mask[(4 * row + y) * width + 4 * column + x];
                weight[row * (width / 4) + column] = 1 + 3 * sum / 16;
            }
    }

    /// <summary>The inputs of a step of one size, written again every step.</summary>
    sealed class SizeBuffers(int batch, int width, int height)
    {
        public NoisyBatch Rows { get; } = new(batch, (width, height));

        public float[] Control { get; } = new float[batch * 2 * width * height];

        public float[] Weight { get; } = new float[batch * width * height / 16];

        public float[] Source { get; } = new float[4 * (width / 4) * (height / 4)];

        public float[] Scratch { get; } = new float[width * height];
    }
}
