plugins {
    `java-library`
    kotlin("jvm")
}

java {
    sourceCompatibility = JavaVersion.VERSION_11
    targetCompatibility = JavaVersion.VERSION_11
}

kotlin {
    compilerOptions.jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11
}

dependencies {
    // Android has it.
    compileOnly("org.json:json:20240303")
    testImplementation("org.json:json:20240303")
    testImplementation("junit:junit:4.13.2")
}

tasks.test {
    // They talk to the real service: see test.sh for what these name.
    environment("BESEDA_SOURCE", rootDir.resolve("..").path)
    jvmArgs("--add-opens", "java.base/java.net=ALL-UNNAMED")
}
