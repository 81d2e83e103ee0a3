plugins {
    id("com.android.application")
    kotlin("android")
}

android {
    namespace = "app.beseda"
    compileSdk = 36
    defaultConfig {
        applicationId = "app.beseda"
        minSdk = 26
        targetSdk = 36
        // As build.sh computes it from the version in Cargo.toml.
        versionCode = 100
        versionName = "0.1.0"
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

kotlin {
    compilerOptions.jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11
}

dependencies {
    testImplementation("junit:junit:4.13.2")
}
