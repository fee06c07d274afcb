namespace Alignment.Onnx.Models;

sealed record ClipVisionConfig : ClipTowerConfig
{
    public int Channels { get; init; } = 3;

    // Side that the position embeddings were trained for; for others they are interpolated.
    public int ImageSize { get; init; } = 224;

    // Divides the sides of pictures.
    public int PatchSize { get; init; } = 16;

    public int Grid => ImageSize / PatchSize;

    public static ClipVisionConfig Read(ConfigFile file)
    {
        file.Only("num_channels", "3");
        var config = ReadTower(file, new ClipVisionConfig()) with
        {
            ImageSize = file.Int("image_size", 224, 1 << 14),
            PatchSize = file.Int("patch_size", 32, 1 << 10),   // the library's default; published files say 16
        };
        return config.ImageSize >= config.PatchSize ? config : throw file.Bad("image_size", $"patch_size, {config.PatchSize}, or more");
    }
}
