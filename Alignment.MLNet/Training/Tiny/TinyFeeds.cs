using Alignment.MLNet.Drawing;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Training;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.MLNet.Training.Tiny;

/// <summary>What each stage of the tiny model sees in a step.</summary>
static class TinyFeeds
{
    /// <summary>Random cuts of stills drawn for the purpose; the product's pixels count three times.</summary>
    public static Action<long, TrainingSession> Vae(TinyRecipe recipe)
    {
        int batch = recipe.Vae.Batch, side = recipe.VaeCut, pixels = side * side;
        DrawnStills[] stills = [.. recipe.Sizes.Select(s => new DrawnStills(new() { Seed = recipe.Seed, Use = StillUse.Training, Width = s.Width, Height = s.Height }))];
        float[] image = new float[batch * 3 * pixels], weight = new float[batch * pixels], noise = new float[batch * pixels / 4];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "vae", step);
            DrawnStills from = stills[step % stills.Length];
            var cuts = Enumerable.Range(0, batch).Select(i => (Index: step * batch + i, P: (float)draw.Uniform(), X: draw.Uniform(), Y: draw.Uniform())).ToArray();
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count }, i => Cut(from.Still(cuts[i].Index), cuts[i].P, cuts[i].X, cuts[i].Y, side, image.AsSpan(i * 3 * pixels, 3 * pixels), weight.AsSpan(i * pixels, pixels)));
            draw.Normal(noise);
            session.Set("image", image, batch, 3, side, side);
            session.Set("weight", weight, batch, 1, side, side);
            session.Set("noise", noise, batch, 4, side / 4, side / 4);
        };
    }

    /// <summary>Whole stills with their product and colour.</summary>
    public static Action<long, TrainingSession> Trunk(TinyRecipe recipe)
    {
        int batch = recipe.Trunk.Batch, products = DrawnStills.Keywords.Count, colours = DrawnStills.Colours.Count;
        DrawnStills[] stills = [.. recipe.Sizes.Select(s => new DrawnStills(new() { Seed = recipe.Seed, Use = StillUse.Training, Width = s.Width, Height = s.Height }))];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "trunk", step);
            DrawnStills from = stills[step % stills.Length];
            int width = from.Options.Width, height = from.Options.Height;
            float[] image = new float[batch * 3 * width * height], product = new float[batch * products], colour = new float[batch * colours];
            float[] presences = [.. Enumerable.Range(0, batch).Select(_ => (float)draw.Uniform())];
            Parallel.For(0, batch, new ParallelOptions { MaxDegreeOfParallelism = OrtThreads.Count }, i =>
            {
                DrawnStill still = from.Still(step * batch + i);
                byte[] rgb = new byte[3 * width * height];
                still.Render(presences[i], rgb);
                Planes(rgb, image.AsSpan(i * rgb.Length, rgb.Length));
                product[i * products + (int)still.Product] = 1;
                colour[i * colours + DrawnStills.Colours.ToList().IndexOf(still.Colour)] = 1;
            });
            session.Set("image", image, batch, 3, height, width);
            session.Set("product", product, batch, products);
            session.Set("colour", colour, batch, colours);
        };
    }

    /// <summary>Interleaved bytes as planes in −1..1.</summary>
    public static void Planes(ReadOnlySpan<byte> rgb, Span<float> image)
    {
        int pixels = rgb.Length / 3;
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < pixels; i++) image[c * pixels + i] = rgb[3 * i + c] / 127.5f - 1;
    }

    static void Cut(DrawnStill still, float p, double x, double y, int side, Span<float> image, Span<float> weight)
    {
        byte[] rgb = new byte[3 * still.Width * still.Height], mask = still.Mask();
        still.Render(p, rgb);
        int left = (int)(x * (still.Width - side + 1)), top = (int)(y * (still.Height - side + 1)), pixels = side * side;
        for (int row = 0, i = 0; row < side; row++)
            for (int column = 0; column < side; column++, i++)
            {
                int from = (top + row) * still.Width + left + column;
                weight[i] = mask[from] > 0 ? 3 : 1;
                for (int c = 0; c < 3; c++) image[c * pixels + i] = rgb[3 * from + c] / 127.5f - 1;
            }
    }

    /// <summary>Noised latents of stills at any presence, all timesteps alike, with their prompts.</summary>
    public static Action<long, TrainingSession> Denoiser(TinyRecipe recipe, StillPool pool, NoiseSchedule schedule, Func<string, long[]> tokens)
    {
        int batch = recipe.Denoiser.Batch;
        long[] ids = new long[batch * 77];
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "denoiser", step);
            int size = (int)(step % recipe.Sizes.Count);
            var rows = new NoisyBatch(batch, recipe.Sizes[size]);
            draw.Normal(rows.Noise);
            for (int row = 0; row < batch; row++)
            {
                PooledStill still = pool.OfSize(size)[draw.Pick(pool.OfSize(size).Count)];
                StillPool.Latent(still, draw.Uniform(), (float)pool.ScalingFactor, rows.LatentOf(row));
                rows.Add(row, draw.Pick(1000), schedule);
                tokens(draw.Uniform() < recipe.PromptDropout ? "" : still.Prompt).CopyTo(ids.AsSpan(row * 77));
            }
            rows.Set(session);
            session.Set("input_ids", ids, batch, 77);
        };
    }

    /// <summary>
    /// Three kinds of rows, so that the control decides what becomes of the product:
    /// <list type="bullet">
    /// <item>half: the attention predicted for the still at one presence – the target – while the noised latents still hold a trace of it at another;</item>
    /// <item>a third: the still's own attention with the product's part multiplied by some α as the variants do it, the target being the presence whose predicted share is the one asked for;</item>
    /// <item>the rest: attention moved in the background only, the target being the still itself.</item>
    /// </list>
    /// The trace is what a deterministic sampler that started from the source at timestep t₀ carries along: with
    /// ε* = ε + √(ᾱ₀/(1−ᾱ₀)) (z_source − z_target), every point √ᾱ z_target + √(1−ᾱ) ε* is on its path.
    /// </summary>
    public static Action<long, TrainingSession> Control(TinyRecipe recipe, StillPool pool, NoiseSchedule schedule, Func<string, float[]> states)
    {
        int batch = recipe.Control.Batch;
        return (step, session) =>
        {
            var draw = new TinyDraws(recipe.Seed, "control", step);
            int size = (int)(step % recipe.Sizes.Count);
            var (width, height) = recipe.Sizes[size];
            int pixels = width * height, width4 = width / 4, height4 = height / 4;
            var rows = new NoisyBatch(batch, (width, height));
            float[] control = new float[batch * 2 * pixels], weight = new float[batch * pixels / 16], source = new float[rows.Length], own = new float[pixels];
            float[] text = new float[batch * states("").Length];
            draw.Normal(rows.Noise);
            for (int row = 0; row < batch; row++)
            {
                PooledStill still = pool.OfSize(size)[draw.Pick(pool.OfSize(size).Count)];
                Span<float> mask = control.AsSpan(row * 2 * pixels, pixels), attention = control.AsSpan((row * 2 + 1) * pixels, pixels);
                still.Mask.CopyTo(mask);
                double kind = draw.Uniform(), p = draw.Uniform(), target;
                if (kind < 0.5)
                {
                    target = draw.Uniform();
                    StillPool.AttentionAt(still, target, attention);
                }
                else if (kind < 0.85)
                {
                    StillPool.AttentionAt(still, p, own);
                    AttentionChange.Apply(own, still.Mask, Math.Exp(draw.Between(Math.Log(0.4), Math.Log(2))), false, attention);
                    target = StillPool.PresenceOf(still, AttentionScore.Of(attention, still.Mask).Share);
                }
                else
                {
                    target = p;
                    StillPool.AttentionAt(still, p, own);
                    double alpha = draw.Between(1.2, 2);
                    PlaceboPlacement placement = PlaceboRegion.Find(own, still.Mask, width, height, recipe.Seed, FormattableString.Invariant($"{step}/{row}"), alpha);
                    PlaceboChange.Apply(own, still.Mask, width, height, placement, alpha, attention);
                }
                Span<float> z = rows.LatentOf(row);
                StillPool.Latent(still, target, (float)pool.ScalingFactor, z);
                int start = (int)draw.Between(350, 800), t = draw.Pick(1000);
                if (t <= start && target != p)
                {
                    StillPool.Latent(still, p, (float)pool.ScalingFactor, source);
                    float share = MathF.Sqrt(schedule.AlphaBars[start] / (1 - schedule.AlphaBars[start]));
                    Span<float> noise = rows.NoiseOf(row);
                    for (int i = 0; i < noise.Length; i++) noise[i] += share * (source[i] - z[i]);
                }
                rows.Add(row, t, schedule);
                states(draw.Uniform() < recipe.PromptDropout ? "" : still.Prompt).CopyTo(text.AsSpan(row * states("").Length));
                Coarse(still.Mask, width, height, weight.AsSpan(row * width4 * height4, width4 * height4));
            }
            rows.Set(session);
            session.Set("encoder_hidden_states", text, batch, 77, states("").Length / 77);
            session.Set("controlnet_cond", control, batch, 2, height, width);
            session.Set("weight", weight, batch, 1, height4, width4);
        };
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

    /// <summary>Latents, their noise and the noised latents of a step.</summary>
    sealed class NoisyBatch
    {
        readonly int _batch, _width, _height;
        readonly float[] _latents, _noisy, _timesteps;

        public NoisyBatch(int batch, (int Width, int Height) size)
        {
            (_batch, _width, _height) = (batch, size.Width / 4, size.Height / 4);
            Length = 4 * _width * _height;
            (_latents, Noise, _noisy, _timesteps) = (new float[batch * Length], new float[batch * Length], new float[batch * Length], new float[batch]);
        }

        /// <summary>Elements of one latent.</summary>
        public int Length { get; }

        public float[] Noise { get; }

        public Span<float> LatentOf(int row) => _latents.AsSpan(row * Length, Length);

        public Span<float> NoiseOf(int row) => Noise.AsSpan(row * Length, Length);

        public void Add(int row, int timestep, NoiseSchedule schedule)
        {
            _timesteps[row] = timestep;
            schedule.AddNoise(LatentOf(row), NoiseOf(row), timestep, _noisy.AsSpan(row * Length, Length));
        }

        public void Set(TrainingSession session)
        {
            session.Set("noisy_latents", _noisy, _batch, 4, _height, _width);
            session.Set("noise", Noise, _batch, 4, _height, _width);
            session.Set("timestep", _timesteps, _batch);
        }
    }
}
