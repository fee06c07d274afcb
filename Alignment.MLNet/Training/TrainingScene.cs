namespace Alignment.MLNet.Training;

sealed record TrainingScene(
    string SceneId,
    string Keyword,
    float[] Image,   // [3,H,W] in −1..1
    float[] Control,   // [2,H,W]: mask, attention
    float[] Mask,   // [H,W], 0 or 1
    float[] Heatmap,   // [H,W] in 0..1
    float[] Edited);   // [3,H,W] in 0..1; empty where the scene is not edited
