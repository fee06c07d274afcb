namespace Alignment.Transforms.Stages;

/// <summary>The id of a scene: unique in a data set, part of file names, and what its random numbers are keyed by.</summary>
public static class SceneId
{
    /// <summary><c>{videoId}-Scene-{sceneNumber:000}</c>.</summary>
    public static string Of(string videoId, int sceneNumber) =>
        videoId + "-Scene-" + sceneNumber.ToString("000", CultureInfo.InvariantCulture);
}
