// For Android Studio. Written by the book and not tried here, where Google's repositories are out of reach: build.sh is
// what is known to build. Both build the same sources.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}
dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}
rootProject.name = "beseda-android"
include(":app", ":client")
